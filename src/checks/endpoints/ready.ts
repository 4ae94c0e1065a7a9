import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { expectedSlices } from '../../world/expected-slices.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import { byKey } from '../../model/by-key.ts';
import { blockedProbe } from '../../verify/blocked-probe.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { ruleEvidence } from '../../verify/group-discrepancies.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutRules } from '../../world/repair/node-state.ts';
import { describePod } from '../../world/describe-pod.ts';
import { isReady, ownerOf, selectedPods, selectedWorkloads } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { proxiesFollow } from '../follow-objects.ts';
import { withService } from '../../world/expected-slices.ts';

/** Pods are selected, but none of them, or not all, may receive traffic. */
export const endpointsReady: Check = defineCheck({
  id: 'endpoints/ready',
  asserts: 'the selected pods are running and ready',
  faults: ['E01', 'E02', 'E03', 'D06', 'F10', 'E16', 'O01', 'N11', 'N13', 'N14', 'P02', 'P01'],
  needs: ['service', 'pods', 'endpointSlices'],
  *run({ world, subject: { service }, verifications }) {
    if (
      !service ||
      Object.keys(service.spec.selector ?? {}).length === 0 ||
      service.spec.type === 'ExternalName'
    )
      return;
    const pods = selectedPods(world, service);
    if (pods.length === 0) {
      const [workload] = selectedWorkloads(world, service);
      if (workload)
        yield noPods(world, service, `${workload.kind} ${workload.metadata.name}`, workload.spec.replicas);
      return;
    }
    if (service.spec.publishNotReadyAddresses === true) return;
    const unready = pods.filter((pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined);
    if (unready.length === 0) return;
    const isMissed = unready.length === pods.length || areMissed(unready, verifications);
    const blocked = unready.map((pod) => blockedProbe(world, pod)).filter((rule) => rule !== undefined);
    const severity = isMissed ? 'error' : 'warning';
    if (blocked.length === unready.length) yield tellBlocked(service, pods, blocked, severity);
    else yield tell(world, service, pods, unready, severity);
  },
});

/** Whether a traffic policy Local leaves a node of theirs without an endpoint. */
function areMissed(unready: readonly Pod[], verifications: readonly Verification[]): boolean {
  const nodes = new Set(unready.map(({ spec }) => spec.nodeName));
  return verifications.some(
    ({ expectation: { deniedBy, node, vantage } }) =>
      (deniedBy === 'internalTrafficPolicy' || deniedBy === 'externalTrafficPolicy') &&
      nodes.has(node ?? vantage.node),
  );
}

/** kubelet’s probes do not get to the pods: a rule of their node is in the way. */
function tellBlocked(
  service: Service,
  pods: readonly Pod[],
  rules: readonly RuleReference[],
  severity: Problem['severity'],
): Problem {
  const { namespace, name } = service.metadata;
  const [rule] = rules;
  const nodes = [...new Set(rules.map(({ node }) => node))];
  const chains = [...new Set(rules.map(({ table, chain }) => `${table} ${chain}`))];
  return {
    severity,
    subject: `Service ${namespace}/${name}`,
    faults: ['F10', 'E01'],
    ...(nodes.length === 1 && rule ? { node: rule.node } : {}),
    summary: `${rules.length} of ${pods.length} selected pods ${rules.length === 1 ? 'is' : 'are'} not ready because ${nodes.join(', ')} ${nodes.length === 1 ? 'drops' : 'drop'} kubelet’s probes in ${chains.join(', ')}`,
    evidence: rules.slice(0, 3).map(ruleEvidence),
    remedy: {
      text: 'let the node reach its own pods',
      commands: [...new Set(rules.map(showRuleCommand))].slice(0, 3),
    },
    repair: (before) => withReadyPods(withoutRules(before, rules), service),
  };
}

function noPods(world: World, service: Service, owner: string, replicas: number | undefined): Problem {
  const { namespace, name } = service.metadata;
  return {
    severity: 'error',
    subject: `Service ${namespace}/${name}`,
    faults: service.spec.ports?.some(({ port }) => port === 53) ? ['D06', 'E02'] : ['E02', 'S01'],
    summary: `${owner}, which ${namespace}/${name} selects, has no pod${replicas === 0 ? ': it is scaled to 0' : ''}`,
    evidence: [
      { ...world.locate(service, 'spec.selector'), text: `${owner} wants ${replicas ?? 1} pods, 0 exist` },
    ],
    remedy: {
      text: replicas === 0 ? 'scale it up' : 'see why no pod is made: quota, admission, no node that fits',
      commands: [
        replicas === 0
          ? `kubectl -n ${namespace} scale ${owner.replace(' ', '/').toLowerCase()} --replicas=2`
          : `kubectl -n ${namespace} describe ${owner.replace(' ', '/').toLowerCase()}`,
      ],
    },
  };
}

function tell(
  world: World,
  service: Service,
  pods: readonly Pod[],
  unready: readonly Pod[],
  severity: Problem['severity'],
): Problem {
  const { namespace, name } = service.metadata;
  const isAll = unready.length === pods.length;
  const byFault = byKey(
    unready.map((pod) => describePod(world, pod)),
    ({ fault }) => fault,
  );
  // What most pods have comes first.
  const described = [...byFault.values()].sort((a, b) => b.length - a.length).flat();
  const [first] = described;
  const owner = unready[0] ? ownerOf(world, unready[0]) : undefined;
  const target = owner
    ? `${owner.kind.toLowerCase()}/${owner.metadata.name}`
    : `pod/${unready[0]?.metadata.name}`;
  const container = first?.container === undefined ? '' : ` -c ${first.container}`;
  const isNetwork = described.some(({ fault }) => fault.startsWith('N'));
  // Nobody listens there: at another port or address, or not yet.
  const isRefused = described.some(({ fault, why }) => fault === 'E01' && why.includes('connection refused'));
  const faults = [
    ...new Set([
      ...described.map(({ fault }) => fault),
      ...(isNetwork ? ['E02'] : []),
      ...(isRefused ? ['P02', 'P01'] : []),
    ]),
  ];
  const count = `${unready.length} of ${pods.length} selected pods ${unready.length === 1 ? 'is' : 'are'} not`;
  const nodes = new Set(described.map(({ node }) => node));
  const none = `none of the ${pods.length} selected ${pods.length === 1 ? 'pod is' : 'pods are'}`;
  return {
    severity,
    subject: `Service ${namespace}/${name}`,
    faults,
    ...(first?.node !== undefined && nodes.size === 1 ? { node: first.node } : {}),
    summary: `${isAll ? none : count} ready: ${[...new Set(described.map(({ why }) => why))].slice(0, 3).join('; ')}`,
    evidence: described.flatMap(({ evidence }) => evidence).slice(0, 6),
    remedy: {
      text: first?.remedy ?? 'mend the pods',
      commands: isNetwork
        ? networkCommands(unready)
        : [
            `kubectl -n ${namespace} describe ${target}`,
            `kubectl -n ${namespace} logs ${target}${container} --tail=20`,
          ],
    },
    ...(severity === 'error' && unready.some(({ status }) => status.podIP !== undefined)
      ? { repair: (before: World) => withReadyPods(before, service) }
      : {}),
  };
}

/** A pod without a network has no log: what the kubelet says of it, and the plugin's pod on its node. */
function networkCommands([pod]: readonly Pod[]): string[] {
  if (pod === undefined) return [];
  const { namespace, name } = pod.metadata;
  const { nodeName } = pod.spec;
  return [
    `kubectl -n ${namespace} describe pod ${name}`,
    ...(nodeName === undefined
      ? []
      : [`kubectl get pods -A -o wide --field-selector spec.nodeName=${nodeName}`]),
  ];
}

/** The world in which the selected pods are ready, and slices and rules follow. */
function withReadyPods(world: World, service: Service): World {
  const selected = new Set(selectedPods(world, service));
  const ready = world.pods.map((pod) =>
    selected.has(pod)
      ? {
          ...pod,
          status: {
            ...pod.status,
            phase: 'Running',
            conditions: [
              ...(pod.status.conditions ?? []).filter(({ type }) => type !== 'Ready'),
              { type: 'Ready', status: 'True' },
            ],
          },
        }
      : pod,
  );
  const changed = withService({ ...world, pods: ready }, service);
  return expectedSlices(changed, service).length > 0 ? proxiesFollow(changed) : changed;
}
