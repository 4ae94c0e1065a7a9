import { formatLabelSelector } from '../../model/label-selector.ts';
import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { findDnsService } from '../../world/find-dns-service.ts';
import { hasEnded, matchesAll, ownerOf, selectedPods, selectedWorkloads } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';
import { type Labels, nearestPod } from '../nearest-pod.ts';

/** The Service's selector matches no pod, and nothing that would make one. */
export const selectorMatches: Check = defineCheck({
  id: 'service/selector-matches',
  asserts: 'the selector matches pods',
  faults: ['S01', 'D06', 'E02'],
  needs: ['service', 'pods'],
  *run({ world, subject: { service } }) {
    const selector = service?.spec.selector ?? {};
    if (!service || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') return;
    if (selectedPods(world, service).length > 0 || selectedWorkloads(world, service).length > 0) return;
    const ended = world.pods.filter(
      (pod) =>
        pod.metadata.namespace === service.metadata.namespace &&
        hasEnded(pod) &&
        matchesAll(selector, pod.metadata.labels),
    );
    yield ended.length > 0 ? tellEnded(world, service, ended) : tell(world, service, selector);
  },
});

/** The selector matches, but all that it matches has run to its end, as the pods of a Job do. */
function tellEnded(world: World, service: Service, pods: readonly Pod[]): Problem {
  const { namespace, name } = service.metadata;
  const [first] = pods;
  const texts = pods.slice(0, 3).map(({ metadata, status }) => `${metadata.name} (${status.phase})`);
  return {
    severity: 'error',
    subject: `Service ${namespace}/${name}`,
    faults: ['E02', 'S01'],
    summary: `every pod that ${namespace}/${name} selects has ended: ${texts.join(', ')}${pods.length > 3 ? ` and ${pods.length - 3} more` : ''}`,
    evidence: pods.slice(0, 3).map((pod) => ({
      ...world.locate(pod, 'status.phase'),
      text: `${pod.metadata.name} phase ${pod.status.phase}`,
    })),
    remedy: {
      text: 'see why they ended, and run them anew; pods of a Job serve only while it runs',
      commands: [`kubectl -n ${namespace} logs ${first?.metadata.name} --tail=20`],
    },
  };
}

function tell(world: World, service: Service, selector: Labels): Problem {
  const { namespace, name } = service.metadata;
  const isDns = findDnsService(world) === service;
  const near = nearestPod(world, service, selector);
  const base = {
    severity: 'error' as const,
    subject: `Service ${namespace}/${name}`,
    evidence: [{ ...world.locate(service, 'spec.selector'), text: `selector ${show(selector)}` }],
  };
  if (!near) {
    return {
      ...base,
      faults: isDns ? ['D06', 'S01'] : ['S01', 'E02'],
      summary: `the selector ${show(selector)} matches no pod in ${namespace}, and none comes near${isDns ? ': the DNS add-on is missing' : ''}`,
      remedy: {
        text: 'create the pods, or select labels that pods have',
        commands: [`kubectl get pods -n ${namespace} --show-labels`],
      },
    };
  }
  const owner = ownerOf(world, near.pod);
  const differ = near.missing.map(
    ([key, value]) =>
      `${key}: ${value} (the pods have ${near.pod.metadata.labels?.[key] === undefined ? 'no such label' : `${key}: ${near.pod.metadata.labels[key]}`})`,
  );
  const fixed = { ...service, spec: { ...service.spec, selector: near.joint } };
  return {
    ...base,
    faults: isDns ? ['S01', 'D06'] : ['S01', 'E02'],
    summary: `the selector matches no pod: it asks for ${differ.join(' and ')}; the pods of ${owner.kind} ${owner.metadata.name} match the rest`,
    evidence: [
      ...base.evidence,
      {
        ...world.locate(near.pod, 'metadata.labels'),
        text: `pod ${near.pod.metadata.name} has ${show(near.pod.metadata.labels ?? {})}`,
      },
    ],
    remedy: {
      text: `select what the pods have, or give the pods the label in the template of ${owner.kind} ${owner.metadata.name}`,
      commands: [
        `kubectl -n ${namespace} patch service ${name} --type=merge -p '${patch(selector, near.joint)}'`,
      ],
    },
    ...(Object.keys(near.joint).length > 0
      ? { repair: (before: World) => withServiceFollowed(before, fixed) }
      : {}),
  };
}

/** A merge patch that replaces `before` by `after`: keys that go become null. */
function patch(before: Labels, after: Labels): string {
  const removed = Object.keys(before)
    .filter((key) => !(key in after))
    .map((key) => [key, null]);
  return JSON.stringify({ spec: { selector: { ...Object.fromEntries(removed), ...after } } });
}

function show(matchLabels: Labels): string {
  return formatLabelSelector({ matchLabels });
}
