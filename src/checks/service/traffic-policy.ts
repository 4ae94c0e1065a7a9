import { clientText } from '../../verify/group-discrepancies.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { proxiesFollow, withServiceFollowed } from '../follow-objects.ts';

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
      const misnamed = nodes.filter((node) => isMisnamed(world, node));
      if (misnamed.length > 0) {
        yield tellMisnamed(world, service, field, misnamed);
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

/** Whether kube-proxy of `node` calls itself by a name that is not the Node’s: then no endpoint is local to it. */
function isMisnamed(world: World, node: string): boolean {
  const name = world.kubeProxies.get(node)?.config.hostnameOverride.toLowerCase() ?? '';
  return name !== '' && name !== node;
}

function tellMisnamed(world: World, service: Service, field: string, nodes: readonly string[]): Problem {
  const configs = nodes.flatMap((node) => world.kubeProxies.get(node)?.config ?? []);
  return {
    severity: 'error',
    subject: `Service ${service.metadata.namespace}/${service.metadata.name}`,
    faults: ['K11', 'X02', 'S13'],
    summary: `kube-proxy on ${nodes.join(', ')} calls itself ${configs.map(({ hostnameOverride }) => hostnameOverride).join(', ')}, which no Node is called: with ${field} Local it finds no endpoint of its own`,
    evidence: configs.map(({ source, hostnameOverride }) => ({
      source: source ?? 'kube-proxy’s configuration',
      text: `hostnameOverride: ${hostnameOverride}`,
    })),
    remedy: {
      text: 'give kube-proxy the Node’s name (hostnameOverride), or none',
      commands: ['kubectl -n kube-system get configmap kube-proxy -o yaml'],
    },
    repair: (before) => {
      const kubeProxies = new Map(before.kubeProxies);
      for (const node of nodes) {
        const proxy = kubeProxies.get(node);
        if (proxy) kubeProxies.set(node, { ...proxy, config: { ...proxy.config, hostnameOverride: node } });
      }
      return proxiesFollow({ ...before, kubeProxies });
    },
  };
}
