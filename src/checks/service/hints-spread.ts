import { slicesOf } from '../../intent/service-index.ts';
import { type Check, defineCheck } from '../check.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** Endpoints carry zone hints, and a node has no zone or none that is hinted: it ignores the hints, others concentrate. */
export const hintsSpread: Check = defineCheck({
  id: 'service/hints-spread',
  asserts: 'where endpoints have zone hints, every node is in a zone that is hinted',
  faults: ['S14'],
  needs: ['service', 'endpointSlices', 'nodes'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const hinted = new Set(
      slicesOf(world, service).flatMap(({ endpoints }) =>
        endpoints.flatMap(({ hints }) => (hints?.forZones ?? []).map(({ name }) => name)),
      ),
    );
    if (hinted.size === 0) return;
    const outside = world.nodes.filter(({ metadata }) => !hinted.has(metadata.labels?.[ZONE] ?? ''));
    const [first] = outside;
    if (!first) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'info',
      subject: `Service ${namespace}/${name}`,
      summary: `endpoints of ${namespace}/${name} are hinted for ${[...hinted].join(', ')}; ${outside.map(({ metadata }) => metadata.name).join(', ')} ${outside.length === 1 ? 'is' : 'are'} in none of these zones and use all endpoints`,
      evidence: [
        {
          ...world.locate(first, 'metadata.labels'),
          text: `${ZONE}: ${first.metadata.labels?.[ZONE] ?? 'not set'}`,
        },
      ],
    };
  },
});
