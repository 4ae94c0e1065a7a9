import { isRefusedByAny } from '../../intent/policy-admission.ts';
import { describeClients } from '../../verify/describe-clients.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutOwnerDrops } from '../../world/repair/node-state.ts';
import { ownerOf } from '../../dataplane/walk/rule-owner.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import type { Remedy } from '../../model/finding.ts';
import { protocolName } from '../../model/protocol.ts';
import type { World } from '../../world/world.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Check } from '../check.ts';
import { engineDrop, isPolicyEngine } from '../engine-drop.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** Tables that packets are walked through; `bridge` stands for a port that sends no frame back, which is not a rule. */
const NETFILTER = new Set(['ip', 'ip6', 'inet']);

/** Who drops decides which fault of the catalogue it is. */
const FAULT_OF_OWNER: Record<string, readonly string[]> = {
  firewalld: ['F05', 'F07'],
  ufw: ['F06', 'F04'],
  Docker: ['F04', 'F07'],
  Calico: ['F01', 'F09', 'F11'],
  Cilium: ['F01', 'F11'],
  'kube-router': ['F01', 'F09'],
  'Azure NPM': ['F01', 'F09'],
  Antrea: ['F01', 'F11'],
  'Weave Net': ['F01', 'F09'],
};

/** A rule that is not kube-proxy's drops or rejects what the Service promises. */
export const foreignDrop: Check = defineDiscrepancyCheck({
  id: 'rules/foreign-drop',
  asserts: 'no other program’s rule drops the Service’s packets',
  faults: ['F07', 'F05', 'F04', 'F06', 'F01', 'F09', 'F11', 'X06', 'N08'],
  kinds: ['dropped'],
  // What NetworkPolicies ask for is told by the checks of policies.
  concerns: ({ at, expectation: { vantage, endpoints, frontend } }, { world }) =>
    at !== undefined &&
    NETFILTER.has(at.family) &&
    !isRefusedByAny(world, vantage, endpoints, frontend.protocol),
  tell: (group, { world, subject }) => {
    const [rule] = group.at;
    if (!rule) return undefined;
    const isPolicy = rule.rule.startsWith('policy');
    // Docker and hardening scripts set the policy of the FORWARD chain that all share; another base chain is a program's own.
    const isShared = rule.chain === 'FORWARD' && rule.table === 'filter';
    const owner =
      isPolicy || (group.owner === 'unknown' && LAST_OF_FIREWALLD.test(rule.rule))
        ? (policyOwner(world, rule, isPolicy ? SETS_POLICY : ['firewalld']) ?? group.owner)
        : group.owner;
    const isReject = /reject/i.test(rule.rule);
    const isDns = subject.service?.spec.ports?.some(({ port }) => port === 53) === true;
    const byEngine = engineDrop(world, owner, group);
    const byOwner = [
      ...(isDns && isPolicyEngine(owner) ? ['F02'] : []),
      ...(byEngine?.faults ?? FAULT_OF_OWNER[owner] ?? []),
    ];
    const carrier = group.at.find((each) => each.carrier !== undefined)?.carrier;
    const isAtNodePort = group.discrepancies.every(
      ({ expectation: { vantage, frontend } }) => vantage.kind === 'external' && frontend.kind === 'nodePort',
    );
    const byForm = isPolicy
      ? isShared
        ? ['F04', 'F07']
        : ['F07', 'F04']
      : isReject
        ? ['F05', 'F07']
        : ['F07', 'F05', 'F04'];
    return {
      summary: `${group.node} drops ${carrier === undefined ? '' : `${carrier}, which carries `}packets of ${describeClients(group.discrepancies.map(({ expectation }) => expectation.vantage))} by ${isPolicy ? 'the policy of' : 'a rule in'} ${rule.family} ${rule.table} ${rule.chain} (${owner === 'unknown' ? 'not kube-proxy’s' : owner})${byEngine?.why ?? ''}`,
      faults: [
        ...new Set([
          ...(carrier === undefined ? [] : ['N08']),
          ...(isAtNodePort ? ['X06'] : []),
          ...byOwner,
          ...byForm,
        ]),
      ],
      remedy: (carrier === undefined
        ? (byEngine?.remedy ?? openPorts(owner, group) ?? remedyFor(owner, rule, world))
        : openTunnel(carrier, owner, group)) ?? {
        text: `accept the Service’s traffic before this rule, or remove it, where ${owner === 'unknown' ? 'the program that wrote it' : owner} is configured`,
        commands: removeCommands(group.at.map((each) => showRuleCommand(each))),
      },
      repair: (before) => withoutOwnerDrops(before, group.at),
    };
  },
});

/** Programs that set the policy of a built-in chain to drop; the first that has rules in the chain did. */
const SETS_POLICY = ['ufw', 'firewalld', 'CSF', 'Docker'];

/** What firewalld ends a built-in chain with in place of a policy, where it writes iptables. */
const LAST_OF_FIREWALLD =
  /^-A (INPUT|FORWARD|OUTPUT) (-m conntrack --ctstate INVALID -j DROP|-j REJECT --reject-with \S+)$/;

/** Whose work the end of a built-in chain is, by whose chains it jumps to; undefined where none of `programs` has any there. */
function policyOwner(
  world: World,
  { node, family, table, chain }: RuleReference,
  programs: readonly string[],
): string | undefined {
  const owners = new Set(
    (world.nodeStates.get(node)?.tables ?? [])
      .filter((each) => each.family === family && each.name === table)
      .flatMap((each) => {
        const rules = each.chains.get(chain)?.rules;
        return Array.from({ length: rules?.length ?? 0 }, (_, at) => rules?.at(at).parts ?? []);
      })
      .flat()
      .flatMap((part) => (part.kind === 'jump' || part.kind === 'goto' ? [ownerOf(table, part.chain)] : [])),
  );
  return programs.find((owner) => owners.has(owner));
}

/** What to do where what carries packets between nodes is dropped; undefined where it is to be shown first. */
function openTunnel(carrier: string, owner: string, { node, at }: DiscrepancyGroup): Remedy {
  const port = /^UDP (\d+)/.exec(carrier)?.[1] ?? '';
  const own: Readonly<Record<string, string>> = {
    firewalld: `firewall-cmd --permanent --add-port=${port}/udp && firewall-cmd --reload   # on ${node}`,
    ufw: `ufw allow ${port}/udp   # on ${node}`,
  };
  const [rule] = at;
  return {
    text: `let UDP ${port} in between the nodes, on all of them`,
    commands: [own[owner] ?? (rule ? showRuleCommand(rule) : '')].filter((command) => command !== ''),
  };
}

/** What to do where a firewall keeps clients outside, and nobody else, from ports of Services; undefined where others fail as well, or its words are not known. */
function openPorts(owner: string, { node, discrepancies }: DiscrepancyGroup): Remedy | undefined {
  if (discrepancies.some(({ expectation }) => expectation.vantage.kind !== 'external')) return undefined;
  const ports = [
    ...new Set(
      discrepancies.map(
        ({ expectation: { frontend } }) => `${frontend.port}/${protocolName(frontend.protocol)}`,
      ),
    ),
  ];
  const own: Readonly<Record<string, string>> = {
    firewalld: `firewall-cmd --permanent ${ports.map((port) => `--add-port=${port}`).join(' ')} && firewall-cmd --reload   # on ${node}`,
    ufw: `${ports.map((port) => `ufw allow ${port}`).join(' && ')}   # on ${node}`,
  };
  const command = own[owner];
  if (command === undefined) return undefined;
  return {
    text: `open ${ports.join(', ')} to clients outside in ${owner}, on every node`,
    commands: [command],
  };
}

/** What to do where the program has words of its own for it. *Source:* ufw(8), firewall-cmd(1), docs.docker.com/engine/network/packet-filtering-firewalls. */
function remedyFor(owner: string, { node, family }: RuleReference, world: World): Remedy | undefined {
  switch (owner) {
    case 'ufw':
      return {
        text: 'let ufw pass what is routed, or allow it by interface (ufw route allow)',
        commands: [`ufw default allow routed   # on ${node}`],
      };
    case 'firewalld':
      return {
        text: 'put the ranges of pods and Services into firewalld’s trusted zone, or do without firewalld on nodes',
        commands: podRangesOf(world).map(
          (range) =>
            `firewall-cmd --permanent --zone=trusted --add-source=${range} && firewall-cmd --reload   # on ${node}`,
        ),
      };
    case 'CSF':
      return {
        text: 'let CSF pass the ranges of pods and Services (csf.allow)',
        commands: podRangesOf(world).map((range) => `csf -a ${range}   # on ${node}`),
      };
    case 'Docker':
      return {
        text: 'let Docker leave the policy of FORWARD alone (daemon.json: "ip-forward-no-drop": true), or accept the traffic of pods',
        commands: [`${family === 'ip6' ? 'ip6tables' : 'iptables'} -P FORWARD ACCEPT   # on ${node}`],
      };
    default:
      return undefined;
  }
}

/** What holds the pods of all nodes, as kube-proxy was told; else each node's range, where they are few. */
function podRangesOf({ kubeProxies, nodes }: World): readonly string[] {
  const told = [...new Set([...kubeProxies.values()].flatMap(({ config }) => config.clusterCidrs))];
  const ranges = told.length > 0 ? told : nodes.flatMap(({ spec }) => spec.podCIDRs ?? spec.podCIDR ?? []);
  return ranges.slice(0, 3);
}

function removeCommands(rules: readonly string[]): string[] {
  return [...new Set(rules)].slice(0, 3);
}
