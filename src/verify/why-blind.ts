import type { Unread } from '../dataplane/node-state.ts';
import type { Unknown } from '../dataplane/walk/trace.ts';
import type { Expectation } from '../intent/expectation.ts';
import { type IpFamily, familyOf } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { Frontend } from '../model/frontend.ts';
import { knowsEndpoints } from '../intent/knows-endpoints.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { proxyReplacementOf } from './proxy-replacement.ts';

/** Why nothing can be told of this client before a packet is walked: evidence that was not read. Undefined where it was. */
export function whyBlind(
  world: World,
  { frontend, vantage, node = vantage.node }: Expectation,
): Unknown | undefined {
  const [namespace] = frontend.service.split('/');
  if (!knowsPromise(world, frontend))
    return unknownOf({
      what: `EndpointSlices of namespace ${namespace}`,
      why: 'without them nothing is promised',
      unlock: `kubectl get endpointslices -n ${namespace} -o json`,
    });
  for (const name of new Set([vantage.node, node])) {
    const state = world.nodeStates.get(name);
    if (state === undefined) return { text: `nothing was read of ${name}` };
    const family = familyOf(frontend.address) === 'IPv4' ? 'ip' : 'ip6';
    if (!state.hasRules[family]) return { text: `the ${family} rules of ${name} were not read` };
    const unread = state.unread?.find((each) => each.family === family && each.mayServe);
    if (unread !== undefined) return unknownOf(unread.gap);
    const replacement = proxyReplacementOf(world, name, family);
    if (replacement !== undefined) return replacedBy(replacement, name);
  }
  return undefined;
}

function replacedBy(program: string, node: string): Unknown {
  const why = `${program} serves Services on ${node} instead of kube-proxy, and its state is not read`;
  const unlock = 'ask without --from, on the running cluster: connections are tried';
  return { text: why, gap: { what: `what ${program} does on ${node}`, why, unlock, node } };
}

/** Rules that were not read on the nodes named, and that may stop a packet of `family` which those that were read let through. */
export function unreadOn(world: World, nodes: readonly string[], family: IpFamily): readonly Unread[] {
  const byNode = unreadOfFamily(world)[family];
  // Nodes whose rules were read are the rule.
  if (byNode.size === 0) return [];
  return [...new Set(nodes)].flatMap((node) => byNode.get(node) ?? []);
}

const unreadOfFamily = perWorld(({ nodeStates }) => {
  const of = (family: 'ip' | 'ip6'): ReadonlyMap<string, readonly Unread[]> =>
    new Map(
      [...nodeStates].flatMap(([node, { unread = [] }]) => {
        const own = unread.filter((each) => each.family === family);
        return own.length === 0 ? [] : [[node, own] as const];
      }),
    );
  return { IPv4: of('ip'), IPv6: of('ip6') };
});

/** What is unknown where rules were not read. */
export function unknownOf(gap: Gap): Unknown {
  return { text: `${gap.what} not read: ${gap.why}`, gap };
}

/** Whether the endpoints of the frontend's Service were read: without them nothing is promised, not even a refusal. */
export function knowsPromise(world: World, { service, address }: Frontend): boolean {
  return knowsEndpoints(world, service, familyOf(address));
}
