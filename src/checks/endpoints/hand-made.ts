import { slicesOf } from '../../intent/service-index.ts';
import { type Check, defineCheck } from '../check.ts';

/** A Service without a selector has no slice that belongs to it: endpoints that were made by hand are not found. */
export const handMade: Check = defineCheck({
  id: 'endpoints/hand-made',
  asserts: 'a Service without a selector has slices that name it',
  faults: ['E07', 'E08'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (
      !service ||
      Object.keys(service.spec.selector ?? {}).length > 0 ||
      service.spec.type === 'ExternalName'
    )
      return;
    if (slicesOf(world, service).some(({ endpoints }) => endpoints.length > 0)) return;
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
