import { clientText } from '../../verify/group-discrepancies.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';
import { misnamedProxies } from '../misnamed-proxy.ts';

const POLICIES = [
  { field: 'internalTrafficPolicy', faults: ['S13'], clients: 'clients in the cluster' },
  { field: 'externalTrafficPolicy', faults: ['X02', 'X03'], clients: 'clients from outside' },
] as const;

/** A traffic policy Local leaves nodes without an endpoint, so their clients get silence, as the API asks for. */
export const trafficPolicy: Check = defineCheck({
  id: 'service/traffic-policy',
  asserts: 'traffic policies leave every client an endpoint',
  faults: ['S13', 'X02', 'X03', 'K11'],
  needs: ['service', 'verifications', 'endpointSlices'],
  *run({ world, subject: { service }, verifications }) {
    if (!service) return;
    for (const { field, faults, clients } of POLICIES) {
      const denied = verifications.filter(({ expectation }) => expectation.deniedBy === field);
      const nodes = [
        ...new Set(denied.map(({ expectation }) => expectation.node ?? expectation.vantage.node)),
      ];
      if (nodes.length === 0) continue;
      const { namespace, name } = service.metadata;
      const misnamed = misnamedProxies(world, nodes);
      if (misnamed !== undefined) {
        const { text, ...more } = misnamed;
        yield {
          severity: 'error',
          subject: `Service ${namespace}/${name}`,
          faults: ['K11', 'X02', 'S13'],
          summary: `${text}: with ${field} Local it finds no endpoint of its own`,
          ...more,
        };
        continue;
      }
      const fixed: Service = { ...service, spec: { ...service.spec, [field]: 'Cluster' } };
      yield {
        severity: 'warning',
        subject: `Service ${namespace}/${name}`,
        faults,
        vantage: [...new Set(denied.map(({ expectation }) => clientText(expectation.vantage)))].join(', '),
        summary: `${field} is Local and ${nodes.join(', ')} ${nodes.length === 1 ? 'has' : 'have'} no endpoint: ${clients} get no answer there`,
        evidence: [{ ...world.locate(service, `spec.${field}`), text: `${field}: Local` }],
        remedy: {
          text: 'use Cluster, run an endpoint on every node (DaemonSet), or keep clients off these nodes (load balancer health check)',
          commands: [
            `kubectl -n ${namespace} patch service ${name} --type=merge -p '{"spec":{"${field}":"Cluster"}}'`,
          ],
        },
        repair: (before) => withServiceFollowed(before, fixed),
      };
    }
  },
});
