import type { Gap } from '../../model/evidence.ts';
import { dataplanesBesideProxy } from '../../verify/proxy-replacement.ts';
import { findPolicyEngine } from '../../world/find-policy-engine.ts';
import type { World } from '../../world/world.ts';
import { eachOnce, gapOfIssue } from './gaps.ts';

/** What was not seen of the snapshot itself, whatever Service is asked about. */
export function gapsOfWorld(world: World): Gap[] {
  return eachOnce([
    ...world.gaps,
    ...world.issues.map(gapOfIssue),
    ...gapsOfPolicies(world),
    ...gapsOfOtherPolicies(world),
    ...gapsOfOtherDataplanes(world),
  ]);
}

/** Beside kube-proxy, eBPF or Open vSwitch may translate what pods send to ClusterIPs before any rule that is walked. */
function gapsOfOtherDataplanes(world: World): Gap[] {
  return dataplanesBesideProxy(world).map((program) => ({
    what: `what ${program} does with packets that pods send to Services`,
    why: 'it may translate them before kube-proxy’s rules see them, and its state is not read',
    unlock: 'ask without --from, on the running cluster: connections are tried',
  }));
}

/** At most so many policies are named. */
const SHOWN_POLICIES = 3;

function gapsOfOtherPolicies({ otherPolicies: others = [] }: World): Gap[] {
  if (others.length === 0) return [];
  const names = others.slice(0, SHOWN_POLICIES).map(({ kind, metadata: { namespace, name } }) => {
    const [short] = kind.split('.', 1);
    return `${short ?? kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  });
  const more = others.length - names.length;
  return [
    {
      what: `what these policies refuse: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
      why: 'they are of other kinds than NetworkPolicy, which are not interpreted; only rules that they made on nodes are walked',
      unlock: 'ask without --from, on the running cluster: connections are tried',
    },
  ];
}

/** Engines whose rules are in no dump have policies of kinds of their own, too. */
function gapsOfPolicies(world: World): Gap[] {
  const engine = findPolicyEngine(world);
  if (engine === undefined || engine.isWalked) return [];
  return [
    {
      what: `policies of other kinds than NetworkPolicy, which ${engine.name} may enforce`,
      why: 'they are not interpreted, and what it does with them is in no dump of a node',
      unlock: 'none',
    },
  ];
}
