import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

const ROUTE_LOCALNET = /^net\.ipv4\.conf\.[^.]+\.route_localnet$/;

/** kube-proxy is set to serve NodePorts on 127.0.0.1, and something has taken the kernel setting back that this needs. */
export const localhostServed: Check = defineCheck({
  id: 'external/localhost-served',
  asserts: 'a node whose kube-proxy serves NodePorts on 127.0.0.1 routes packets from there',
  faults: ['N20', 'X08'],
  needs: ['kubeProxies', 'sysctls'],
  *run({ world, subject: { service } }) {
    const port = service?.spec.ports?.find(
      ({ nodePort }) => nodePort !== undefined && nodePort > 0,
    )?.nodePort;
    if (!service || port === undefined) return;
    const nodes = unserved(world);
    const [first] = nodes;
    if (first === undefined) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'warning',
      subject: `Service ${namespace}/${name}`,
      ...(nodes.length === 1 ? { node: first } : {}),
      share: [0, 0],
      summary: `127.0.0.1:${port} does not lead to ${namespace}/${name} on ${nodes.join(', ')}: kube-proxy is set to serve NodePorts there (localhostNodePorts), but net.ipv4.conf.all.route_localnet is 0`,
      evidence: nodes.slice(0, 3).map((node) => ({
        source: `nodes/${node}`,
        text: 'net.ipv4.conf.all.route_localnet = 0',
      })),
      remedy: {
        text: 'dial an address of the node; kube-proxy sets it to 1 when it starts, so see what has set it back',
        commands: [`sysctl -w net.ipv4.conf.all.route_localnet=1   # on ${first}`],
      },
    };
  },
});

/** The nodes whose kube-proxy is set to serve NodePorts on 127.0.0.1 and whose kernel does not route from there. */
const unserved = perWorld(({ kubeProxies, nodeStates }) =>
  [...kubeProxies].flatMap(([node, { config, modesInKernel }]) => {
    const isSet =
      config.source !== undefined &&
      config.localhostNodePorts &&
      config.mode === 'iptables' &&
      modesInKernel.includes('iptables') &&
      config.nodePortAddresses.length === 0;
    const told = [...(nodeStates.get(node)?.sysctls ?? [])].filter(([name]) => ROUTE_LOCALNET.test(name));
    const isOff =
      told.some(([name]) => name === 'net.ipv4.conf.all.route_localnet') &&
      told.every(([, value]) => value === '0');
    return isSet && isOff ? [node] : [];
  }),
);
