import { slicesOf } from '../../intent/service-index.ts';
import { type Check, defineCheck } from '../check.ts';

/** Slices exist, but none has a port of the Service port's name and protocol, so nobody serves it. */
export const portNames: Check = defineCheck({
  id: 'endpoints/port-names',
  asserts: 'the slices have a port of the name and protocol of each Service port',
  faults: ['S08', 'E07', 'S04'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (!service || service.spec.type === 'ExternalName') return;
    const slices = slicesOf(world, service).filter(({ endpoints }) =>
      endpoints.some(({ conditions }) => conditions?.ready !== false),
    );
    if (slices.length === 0) return;
    for (const [index, { name: wanted = '', protocol = 'TCP', port, targetPort }] of (
      service.spec.ports ?? []
    ).entries()) {
      const has = slices.some(({ ports = [] }) =>
        ports.some((each) => (each.name ?? '') === wanted && (each.protocol ?? 'TCP') === protocol),
      );
      if (has) continue;
      const { namespace, name } = service.metadata;
      const names = [
        ...new Set(
          slices.flatMap(({ ports = [] }) =>
            ports.map((each) => `${each.name ?? ''}/${each.protocol ?? 'TCP'} = ${each.port ?? '?'}`),
          ),
        ),
      ];
      const isHandMade = Object.keys(service.spec.selector ?? {}).length === 0;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        faults: isHandMade
          ? ['E07', 'S08']
          : typeof targetPort === 'string'
            ? ['S04', 'S08']
            : ['S08', 'S04'],
        summary: `no slice of ${namespace}/${name} has a port named "${wanted}" (${protocol}), so port ${port} has no endpoint; the slices have ${names.join(', ') || 'no port'}`,
        evidence: [
          { ...world.locate(service, `spec.ports[${index}]`), text: `port ${port} "${wanted}" ${protocol}` },
          ...slices.slice(0, 2).map((slice) => ({
            ...world.locate(slice, 'ports'),
            text: `${slice.metadata.name}: ${names.join(', ') || 'no port'}`,
          })),
        ],
        remedy: {
          text: isHandMade
            ? 'name the port in the slice as in the Service'
            : 'make targetPort resolve in the pods',
          commands: [
            `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o yaml`,
          ],
        },
      };
    }
  },
});
