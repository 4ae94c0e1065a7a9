import { nodeAddressesOf } from '../intent/nodes-of.ts';
import { isRefusedByAny } from '../intent/policy-admission.ts';
import type { Expectation } from '../intent/expectation.ts';
import { familyOf } from '../model/address.ts';
import type { Remedy } from '../model/finding.ts';
import type { DiscrepancyGroup } from '../verify/group-discrepancies.ts';
import { showRuleCommand } from '../verify/show-rule-command.ts';
import type { World } from '../world/world.ts';

/** Programs that write rules for NetworkPolicies, and whether they have policies of kinds of their own, which are not read. */
const ENGINES: ReadonlyMap<string, boolean> = new Map([
  ['Calico', true],
  ['Cilium', true],
  ['Antrea', true],
  ['kube-router', false],
  ['Azure NPM', false],
  ['Weave Net', false],
]);

/** Whether `owner` writes rules for NetworkPolicies. */
export function isPolicyEngine(owner: string): boolean {
  return ENGINES.has(owner);
}

/** What a drop by a policy engine means. */
export interface EngineDrop {
  readonly faults: readonly string[];
  /** To follow the sentence that says who drops what. */
  readonly why: string;
  readonly remedy: Remedy;
}

/**
 * Why a policy engine drops what no NetworkPolicy refuses: it sees a node's address in place of the pod's, it is behind, or it has policies of its own. Undefined where
 * not all NetworkPolicies were read.
 */
export function engineDrop(world: World, owner: string, group: DiscrepancyGroup): EngineDrop | undefined {
  const hasOwnKinds = ENGINES.get(owner);
  if (hasOwnKinds === undefined || world.coverage.get('networkpolicies')?.isComplete !== true)
    return undefined;
  const { node, at, discrepancies } = group;
  if (discrepancies.every(({ expectation }) => comesAsRefusedNode(world, expectation)))
    return {
      faults: ['F01'],
      why: ': they come with the address of a node, which NetworkPolicies do not let in',
      remedy: {
        text: 'let these clients use the ClusterIP, or let the addresses of nodes in (ipBlock)',
        commands: ['kubectl get networkpolicies -A'],
      },
    };
  const agent = `see whether ${owner}’s agent on ${node} keeps its rules and sets up to date, and restart it`;
  const [rule] = at;
  return {
    faults: hasOwnKinds
      ? world.networkPolicies.length > 0
        ? ['F09', 'F11', 'F01']
        : ['F11', 'F09', 'F01']
      : ['F09', 'F01'],
    why: ', although no NetworkPolicy refuses them',
    remedy: {
      text: hasOwnKinds ? `${agent}; look for a policy of ${owner}’s own kinds` : agent,
      commands: [
        `kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`,
        ...(rule === undefined ? [] : [showRuleCommand(rule)]),
      ],
    },
  };
}

/** Whether a pod that asks for a node, or for an address from outside, may come with the address of a node that NetworkPolicies keep out. */
function comesAsRefusedNode(
  world: World,
  { vantage, node = vantage.node, frontend, endpoints, sourceNat }: Expectation,
): boolean {
  const [address] = nodeAddressesOf(world, node, familyOf(frontend.address));
  const masqueraded = endpoints.filter((_, index) => sourceNat[index] !== 'keep');
  return (
    vantage.kind === 'pod' &&
    frontend.kind !== 'clusterIP' &&
    address !== undefined &&
    isRefusedByAny(world, { kind: 'node', node, address }, masqueraded, frontend.protocol)
  );
}
