import { slicesOf } from '../../intent/service-index.ts';
import { formatLabelSelector } from '../../model/label-selector.ts';
import { type Check, defineCheck } from '../check.ts';

/** Where pods were not read, the slices alone say that nobody serves; with the pods, other checks say why. */
export const endpointsNamed: Check = defineCheck({
  id: 'endpoints/named',
  asserts: 'where pods were not read, the EndpointSlices name an endpoint that is ready',
  faults: ['S01', 'E01', 'E04'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    const selector = service?.spec.selector ?? {};
    if (!service || world.coverage.has('pods') || Object.keys(selector).length === 0) return;
    if (service.spec.type === 'ExternalName') return;
    const slices = slicesOf(world, service);
    const endpoints = slices.flatMap((slice) => slice.endpoints);
    if (endpoints.some(({ conditions }) => conditions?.ready !== false)) return;
    const { namespace, name } = service.metadata;
    const isEmpty = endpoints.length === 0;
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      faults: isEmpty ? ['S01', 'E01'] : ['E01', 'E04'],
      summary: isEmpty
        ? `no EndpointSlice of ${namespace}/${name} names an endpoint, so no pod is known to be selected; pods were not read`
        : `none of the ${endpoints.length} endpoints of ${namespace}/${name} is ready; pods were not read`,
      evidence: [
        {
          ...world.locate(service, 'spec.selector'),
          text: `selector ${formatLabelSelector({ matchLabels: selector })}`,
        },
        ...slices.slice(0, 3).map((slice) => ({
          ...world.locate(slice, 'endpoints'),
          text: `${slice.metadata.name} has ${slice.endpoints.length} endpoints, none of them ready`,
        })),
      ],
      remedy: {
        text: isEmpty
          ? 'see which pods carry the labels of the selector'
          : 'see why the pods are not ready: their events and probes',
        commands: [
          `kubectl -n ${namespace} get pods -l '${formatLabelSelector({ matchLabels: selector })}' -o wide`,
        ],
      },
    };
  },
});
