import { slicesOf } from '../../intent/service-index.ts';
import { familiesOf } from '../../world/expected-slices.ts';
import type { EndpointSlice, Service } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** A Service without a selector has no slice that belongs to it: endpoints that were made by hand are not found. */
export const handMade: Check = defineCheck({
  id: 'endpoints/hand-made',
  asserts: 'a Service without a selector has slices that name it',
  faults: ['E07', 'E08', 'S11', 'E01'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (
      !service ||
      Object.keys(service.spec.selector ?? {}).length > 0 ||
      service.spec.type === 'ExternalName'
    )
      return;
    const filled = slicesOf(world, service).filter(({ endpoints }) => endpoints.length > 0);
    if (filled.length > 0) {
      yield* tellUnusable(world, service, filled);
      return;
    }
    const { namespace, name } = service.metadata;
    const near = world.endpointSlices.find(
      ({ metadata }) =>
        metadata.namespace === namespace &&
        metadata.name.startsWith(name) &&
        metadata.labels?.['kubernetes.io/service-name'] !== name,
    );
    const older = world.endpoints.find(
      ({ metadata, subsets = [] }) =>
        metadata.namespace === namespace && metadata.name === name && subsets.length > 0,
    );
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      faults: older && !near ? ['E08', 'E07'] : ['E07', 'E08'],
      summary: near
        ? `EndpointSlice ${near.metadata.name} lacks the label kubernetes.io/service-name=${name}, so it belongs to no Service`
        : older
          ? `Endpoints ${name} exist, but no EndpointSlice mirrors them, and slices are what is read`
          : `${namespace}/${name} has no selector and no EndpointSlice: nobody is behind it`,
      evidence: [
        { ...world.locate(service, 'spec'), text: 'no selector' },
        ...(near
          ? [
              {
                ...world.locate(near, 'metadata.labels'),
                text: `labels ${JSON.stringify(near.metadata.labels ?? {})}`,
              },
            ]
          : []),
        ...(older
          ? [
              {
                ...world.locate(older, 'metadata.labels'),
                text: `labels ${JSON.stringify(older.metadata.labels ?? {})}`,
              },
            ]
          : []),
      ],
      remedy: {
        text: near ? 'label the slice' : 'create an EndpointSlice with the label kubernetes.io/service-name',
        commands: near
          ? [
              `kubectl -n ${namespace} label endpointslice ${near.metadata.name} kubernetes.io/service-name=${name}`,
            ]
          : [],
      },
    };
  },
});

/** Slices belong to the Service, and proxies use none of their endpoints: another kind of address, or none is ready. */
function* tellUnusable(world: World, service: Service, slices: readonly EndpointSlice[]): Iterable<Problem> {
  const { namespace, name } = service.metadata;
  const families = familiesOf(service);
  const ofFamily = slices.filter(({ addressType }) => families.some((family) => family === addressType));
  const isUsed = ofFamily.some(({ endpoints }) =>
    endpoints.some(({ conditions }) => conditions?.ready !== false),
  );
  if (isUsed) return;
  const types = [...new Set(slices.map(({ addressType }) => addressType))].join(' and ');
  const isOther = ofFamily.length === 0;
  yield {
    severity: 'error',
    subject: `Service ${namespace}/${name}`,
    faults: isOther ? ['E07', 'S11'] : ['E07', 'E01'],
    summary: isOther
      ? `the slices of ${namespace}/${name} hold ${types} addresses, and the Service is ${families.join(' and ')}: proxies use none of them`
      : `none of the endpoints that were made by hand for ${namespace}/${name} is ready`,
    evidence: slices.slice(0, 3).map((slice) => ({
      ...world.locate(slice, isOther ? 'addressType' : 'endpoints'),
      text: `${slice.metadata.name}: addressType ${slice.addressType}, ${slice.endpoints.flatMap(({ addresses }) => addresses).join(', ')}`,
    })),
    remedy: {
      text: isOther
        ? `make a slice of addressType ${families.join(' or ')}; a host name needs a Service of type ExternalName`
        : 'set conditions.ready of the endpoints that serve',
      commands: [`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o yaml`],
    },
  };
}
