import { formatLabelSelector } from '../../model/label-selector.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { Pod, Service } from '../../world/kubernetes/objects.ts';
import { targetPortOf } from '../../world/expected-slices.ts';
import { findDnsService } from '../../world/find-dns-service.ts';
import { hasEnded, matchesAll, ownerOf, selectedPods, selectedWorkloads } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

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

type Labels = Readonly<Record<string, string>>;

function tell(world: World, service: Service, selector: Labels): Problem {
  const { namespace, name } = service.metadata;
  const isDns = findDnsService(world) === service;
  const near = nearest(world, service, selector);
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

/** The pod with the most labels of the selector, counting a label whose key alone fits as half; of several the one whose values are most like its own. */
function nearest(
  world: World,
  service: Service,
  selector: Labels,
): { pod: Pod; missing: [string, string][]; joint: Labels } | undefined {
  let best: { pod: Pod; score: number; likeness: number } | undefined;
  for (const pod of world.pods) {
    if (pod.metadata.namespace !== service.metadata.namespace || hasEnded(pod)) continue;
    const labels = pod.metadata.labels ?? {};
    const score = Object.entries(selector).reduce(
      (sum, [key, value]) =>
        sum + (labels[key] === value ? 2 : key in labels || Object.values(labels).includes(value) ? 1 : 0),
      0,
    );
    if (score === 0 || score < (best?.score ?? 0)) continue;
    const likeness = isAlike(pod, selector) ? 2 : servesPorts(pod, service) ? 1 : 0;
    if (score > (best?.score ?? 0) || likeness > (best?.likeness ?? 0)) best = { pod, score, likeness };
  }
  // A key alone (`app`, `k8s-app`) is in every application's labels: another value of it says little where the pods have other ports, too.
  if (!best || (best.score < 2 && best.likeness === 0)) return undefined;
  const labels = best.pod.metadata.labels ?? {};
  const missing = Object.entries(selector).filter(([key, value]) => labels[key] !== value);
  const kept = Object.entries(selector).filter(([key, value]) => labels[key] === value);
  const renamed = missing.flatMap(([key, value]): [string, string][] => {
    const own = labels[key];
    if (own !== undefined) return [[key, own]];
    const other = Object.entries(labels).find(([, each]) => each === value);
    return other ? [other] : [];
  });
  return { pod: best.pod, missing, joint: Object.fromEntries([...kept, ...renamed]) };
}

/** Whether a pod declares a target port of the Service; also where it declares no ports at all. */
function servesPorts(pod: Pod, { spec }: Service): boolean {
  const declared = pod.spec.containers.flatMap(({ ports = [] }) => ports);
  return (
    pod.spec.hostNetwork !== true &&
    (declared.length === 0 ||
      (spec.ports ?? []).some((port) => {
        const target = targetPortOf(port, pod);
        return declared.some(
          ({ containerPort, protocol = 'TCP' }) =>
            containerPort === target && protocol === (port.protocol ?? 'TCP'),
        );
      }))
  );
}

/** Whether a label of the pod holds a value of the selector, one within the other, or one that is nearly it. */
function isAlike({ metadata }: Pod, selector: Labels): boolean {
  return Object.entries(selector).some(([key, value]) => {
    const own = metadata.labels?.[key]?.toLowerCase();
    const wanted = value.toLowerCase();
    if (own === undefined) return false;
    // Another letter is another name where there are no more.
    const isTypo = wanted.length > 2 && nearestName(wanted, [own]) !== undefined;
    return own.includes(wanted) || wanted.includes(own) || isTypo;
  });
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
