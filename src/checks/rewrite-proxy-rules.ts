import { parseIptables } from '../dataplane/iptables/parse-iptables.ts';
import { parseNftText } from '../dataplane/nftables/parse-nft-text.ts';
import type { NodeState } from '../dataplane/node-state.ts';
import type { Table } from '../dataplane/ruleset/ruleset.ts';
import { viewProxy, viewServicePorts } from '../kubeproxy/view-service-ports.ts';
import { writeIptables } from '../kubeproxy/write-iptables.ts';
import { writeIpvs } from '../kubeproxy/write-ipvs.ts';
import { writeIpvsRules } from '../kubeproxy/write-ipvs-rules.ts';
import { writeNftables } from '../kubeproxy/write-nftables.ts';
import type { IpFamily } from '../model/address.ts';
import type { KubeProxyState } from '../world/kube-proxy-state.ts';
import { mergeProxyTables } from '../world/repair/merge-proxy-tables.ts';
import { withNodeState } from '../world/repair/node-state.ts';
import type { World } from '../world/world.ts';
import { withIpvs } from './with-ipvs.ts';

const encoder = new TextEncoder();

/**
 * `world` with kube-proxy's own rules on `nodes` as kube-proxy would write them for the objects; everybody else's
 * rules stay. Nodes of which no rules or no kube-proxy are known stay as they are.
 */
export function rewriteProxyRules(world: World, nodes: readonly string[]): World {
  return nodes.reduce((before, node) => {
    const proxy = world.kubeProxies.get(node);
    return proxy ? withNodeState(before, node, (state) => rewrite(before, state, proxy)) : before;
  }, world);
}

function rewrite(world: World, state: NodeState, proxy: KubeProxyState): NodeState {
  const families = (['IPv4', 'IPv6'] as const).filter(
    (family) => state.hasRules[family === 'IPv4' ? 'ip' : 'ip6'],
  );
  return families.reduce((before, family) => rewriteFamily(world, before, proxy, family), state);
}

function rewriteFamily(
  world: World,
  state: NodeState,
  { node, config }: KubeProxyState,
  family: IpFamily,
): NodeState {
  const object = world.nodes.find(({ metadata }) => metadata.name === node);
  const ports = viewServicePorts(world, node, family);
  const view = viewProxy(world, object, node, config, family);
  const nft = family === 'IPv4' ? 'ip' : 'ip6';
  const path = `kube-proxy on ${node}, as it would write`;
  const text = (content: string) => ({ path, bytes: encoder.encode(content) });
  if (config.mode === 'nftables') {
    const { tables } = parseNftText(text(writeNftables(ports, view)));
    return { ...state, tables: mergeProxyTables(state.tables, tables, nft) };
  }
  const origin = flavourOf(state.tables);
  const parse = (content: string): Table[] =>
    parseIptables(text(content), { family: nft }).tables.map((table) => ({ ...table, origin }));
  if (config.mode === 'iptables') {
    return { ...state, tables: mergeProxyTables(state.tables, parse(writeIptables(ports, view)), nft) };
  }
  const written = writeIpvs(ports, view, config.ipvsScheduler || 'rr');
  const tables = mergeProxyTables(state.tables, parse(writeIpvsRules(view)), nft);
  return withIpvs({ ...state, tables }, written, family, path);
}

/** The flavour whose hooks lead to kube-proxy's chains; nft where neither does. */
function flavourOf(tables: readonly Table[]): Table['origin'] {
  return tables.find((table) => table.chains.has('KUBE-SERVICES'))?.origin ?? 'iptables-nft';
}
