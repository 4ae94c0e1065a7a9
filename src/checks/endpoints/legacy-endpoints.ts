import { slicesOf } from '../../intent/service-index.ts';
import { type Check, defineCheck } from '../check.ts';

/** The older Endpoints object says something else than the slices, which are what proxies read. */
export const legacyEndpoints: Check = defineCheck({
  id: 'endpoints/legacy-endpoints',
  asserts: 'the Endpoints object says what the slices say',
  faults: ['E06', 'E15'],
  needs: ['service', 'endpointSlices'],
  *run({ world, subject: { service } }) {
    if (!service || world.coverage.get('endpointslices')?.derivedFrom !== undefined) return;
    const { namespace, name } = service.metadata;
    const own = world.endpoints.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
    if (!own) return;
    if (own.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'] !== undefined) {
      yield {
        severity: 'info',
        subject: `Endpoints ${namespace}/${name}`,
        faults: ['E15'],
        summary: `Endpoints ${namespace}/${name} is cut at 1,000 addresses; tools that read it see a part`,
        evidence: [
          { ...world.locate(own, 'metadata.annotations'), text: 'endpoints.kubernetes.io/over-capacity' },
        ],
      };
      return;
    }
    const inSlices = new Set(
      slicesOf(world, service).flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses)),
    );
    const extra = (own.subsets ?? [])
      .flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip))
      .filter((ip) => !inSlices.has(ip));
    if (extra.length === 0) return;
    yield {
      severity: 'warning',
      subject: `Endpoints ${namespace}/${name}`,
      faults: ['E06'],
      summary: `Endpoints ${namespace}/${name} names ${extra.join(', ')}, which no slice does: proxies do not read it`,
      evidence: [{ ...world.locate(own, 'subsets'), text: extra.join(', ') }],
      remedy: {
        text: 'edit the EndpointSlices, or drop the selector',
        commands: [`kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`],
      },
    };
  },
});
