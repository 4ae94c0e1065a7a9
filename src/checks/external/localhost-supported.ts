import { proxyFactsOf } from '../../intent/proxy-facts.ts';
import { nodeNamesOf } from '../../intent/nodes-of.ts';
import { listNodes } from '../../verify/describe-clients.ts';
import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

/** What kube-proxy of these nodes does not do by design: programs of a node that dial 127.0.0.1 and a NodePort reach nobody. */
export const localhostSupported: Check = defineCheck({
  id: 'external/localhost-supported',
  asserts: 'NodePorts answer on 127.0.0.1 of the nodes',
  faults: ['X08'],
  needs: ['service', 'kubeProxies'],
  *run({ world, subject: { service, isOneOfMany } }) {
    const port = service?.spec.ports?.find(({ nodePort = 0 }) => nodePort > 0)?.nodePort;
    if (!service || port === undefined || isOneOfMany === true) return;
    const unsupported = unsupportedOn(world);
    const [first] = unsupported;
    if (first === undefined) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'info',
      subject: `Service ${namespace}/${name}`,
      ...(unsupported.length === 1 ? { node: first.node } : {}),
      share: [0, 0],
      summary: `127.0.0.1:${port} does not lead to ${namespace}/${name} on ${listNodes(unsupported.map(({ node }) => node))}: ${[...new Set(unsupported.map(({ why }) => why))].join('; ')}`,
      evidence: unsupported
        .slice(0, 3)
        .map(({ node, source, why }) => ({ source: source ?? `nodes/${node}`, text: why })),
      remedy: { text: 'dial an address of the node, or the cluster IP', commands: [] },
    };
  },
});

/** Only nodes of which something was read say how they work. *Source:* kubernetes v1.37 pkg/proxy/util/nodeport_addresses.go, cmd/kube-proxy `--iptables-localhost-nodeports`. */
const unsupportedOn = perWorld((world) =>
  nodeNamesOf(world).flatMap((node) => {
    if (!world.kubeProxies.has(node)) return [];
    const { mode, config } = proxyFactsOf(world, node);
    const of = { node, ...(config.source === undefined ? {} : { source: config.source }) };
    if (mode !== 'iptables') return [{ ...of, why: `kube-proxy in ${mode} mode serves no NodePort there` }];
    return config.localhostNodePorts
      ? []
      : [{ ...of, why: 'kube-proxy is told so (localhostNodePorts: false)' }];
  }),
);
