import type { NodeState } from '../dataplane/node-state.ts';
import { indexElements } from '../dataplane/ruleset/element-index.ts';
import type { Ip } from '../model/address.ts';
import { withNodeState } from '../world/repair/node-state.ts';
import type { World } from '../world/world.ts';

/** The interface on which kube-proxy in IPVS mode puts the addresses of Services. *Source:* kubernetes pkg/proxy/ipvs/proxier.go, `defaultDummyDevice`. */
export const DUMMY = 'kube-ipvs0';

/** Whether a node has `address` on that interface. */
export function isOnDummy({ links = [] }: Pick<NodeState, 'links'>, address: Ip): boolean {
  return links.some(
    ({ name, addresses }) => name === DUMMY && addresses.some((each) => each.address === address),
  );
}

/** `world` in which no node has `address` on that interface, nor virtual servers at it or members of sets with it. */
export function withoutDummyAddress(world: World, address: Ip): World {
  const nodes = [...world.nodeStates].filter(([, state]) => isOnDummy(state, address));
  return nodes.reduce(
    (before, [node]) => withNodeState(before, node, (state) => letGo(state, address)),
    world,
  );
}

function letGo({ links = [], routes, ipvs, ipsets, ...state }: NodeState, address: Ip): NodeState {
  return {
    ...state,
    links: links.map((link) =>
      link.name === DUMMY
        ? { ...link, addresses: link.addresses.filter((each) => each.address !== address) }
        : link,
    ),
    ...(routes && {
      routes: routes.filter(
        ({ type, device, destination }) =>
          type !== 'local' || device !== DUMMY || destination.first !== address,
      ),
    }),
    ...(ipvs && { ipvs: ipvs.filter((server) => server.address !== address) }),
    ipsets: new Map(
      [...ipsets].map(([name, set]) => [name, { ...set, elements: elementsWithout(set.elements, address) }]),
    ),
  };
}

function elementsWithout(elements: ReturnType<typeof indexElements>, address: Ip): typeof elements {
  const all = [...elements.all()];
  const left = all.filter(
    ({ key: [first] }) => !(first && 'low' in first && first.low === address && first.high === address),
  );
  return left.length === all.length ? elements : indexElements(left);
}
