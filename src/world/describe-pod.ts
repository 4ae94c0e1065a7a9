import type { Evidence } from '../model/evidence.ts';
import type { Container, Pod, Probe } from './kubernetes/objects.ts';
import { type SandboxFailure, sandboxFailure } from './sandbox-failure.ts';
import type { World } from './world.ts';

/** Why a pod may not receive traffic. */
export interface PodDescription {
  /** Id of the fault catalogue. */
  readonly fault: 'E01' | 'E02' | 'E03' | 'E16' | 'O01' | SandboxFailure['fault'];
  /** The node at fault, where it is the node’s matter. */
  readonly node?: string;
  /** The container that is not ready, where the pod has others beside. */
  readonly container?: string;
  /** In words, without the pod's name. */
  readonly why: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: string;
}

/** Says why `pod` is not ready: what it waits for, how it ended, its probe with the event, or a gate nobody opened. */
export function describePod(world: World, pod: Pod): PodDescription {
  return (
    nodeGone(world, pod) ??
    withoutNetwork(world, pod) ??
    notRunning(world, pod) ??
    gateClosed(world, pod) ??
    probeFails(world, pod)
  );
}

/** kubelet of a node that is not ready no longer speaks for its pods. */
function nodeGone(world: World, pod: Pod): PodDescription | undefined {
  const node = world.nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
  const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
  if (!node || !ready || ready.status === 'True') return undefined;
  return {
    fault: 'O01',
    node: node.metadata.name,
    why: `its node ${node.metadata.name} is not ready (${ready.reason ?? ready.status})`,
    evidence: [
      {
        ...world.locate(node, 'status.conditions'),
        text: `${node.metadata.name}: Ready is ${ready.status}: ${ready.message ?? ''}`,
      },
    ],
    remedy: `bring ${node.metadata.name} back (kubelet, container runtime)`,
  };
}

/** kubelet has no network for a pod that it has not started yet. */
function withoutNetwork(world: World, pod: Pod): PodDescription | undefined {
  const isStarted = pod.status.podIP !== undefined || pod.status.phase !== 'Pending';
  const failure = isStarted ? undefined : sandboxFailure(world, pod);
  if (failure === undefined) return undefined;
  const { fault, why, message, remedy } = failure;
  return {
    fault,
    ...(fault !== 'N14' && pod.spec.nodeName !== undefined ? { node: pod.spec.nodeName } : {}),
    why,
    evidence: [
      {
        ...world.locate(pod, 'status.containerStatuses'),
        text: `pod ${pod.metadata.name}: event: ${message.slice(0, 300)}`,
      },
    ],
    remedy,
  };
}

function notRunning(world: World, pod: Pod): PodDescription | undefined {
  const { status } = pod;
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = statuses.find(({ state }) => state?.waiting && state.waiting.reason !== 'PodInitializing');
  const ended = statuses.find(
    ({ state, ready }) => state?.terminated && ready !== true && state.terminated.exitCode !== 0,
  );
  const label = `pod ${pod.metadata.name}`;
  if (waiting?.state?.waiting) {
    const { reason = 'waiting', message } = waiting.state.waiting;
    const isStarting = reason === 'ContainerCreating';
    const said = message ?? (isStarting ? lastEvent(world, pod) : undefined);
    const last = waiting.lastState?.terminated;
    const exit = last
      ? `, last exit code ${last.exitCode ?? '?'}${last.reason ? ` (${last.reason})` : ''}`
      : '';
    return {
      fault: 'E02',
      ...amongOthers(pod, waiting.name),
      why: `container ${waiting.name} is in ${reason}${exit}, ${waiting.restartCount ?? 0} restarts`,
      evidence: [
        {
          ...world.locate(pod, 'status.containerStatuses'),
          text: `${label}: ${reason}${said ? `: ${said.slice(0, 200)}` : ''}`,
        },
      ],
      remedy: isStarting
        ? 'see what kubelet says of the pod: a volume, a secret or its network is missing'
        : /Image/.test(reason)
          ? 'mend the image name or the registry’s rights'
          : 'see why the container ends',
    };
  }
  if (ended?.state?.terminated) {
    const { reason = '', exitCode } = ended.state.terminated;
    return {
      fault: 'E02',
      ...amongOthers(pod, ended.name),
      why: `container ${ended.name} ended with exit code ${exitCode ?? '?'} ${reason}`.trim(),
      evidence: [
        {
          ...world.locate(pod, 'status.containerStatuses'),
          text: `${label}: terminated, exit code ${exitCode ?? '?'}`,
        },
      ],
      remedy: 'see why the container ends',
    };
  }
  if (status.phase !== 'Pending') return undefined;
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  const why =
    scheduled?.status === 'False'
      ? `not scheduled: ${scheduled.message ?? scheduled.reason ?? ''}`
      : (lastEvent(world, pod) ?? 'Pending');
  return {
    fault: 'E02',
    why,
    evidence: [
      {
        ...world.locate(pod, 'status.conditions'),
        text: `${label} is Pending${scheduled?.message ? `: ${scheduled.message.slice(0, 200)}` : ''}`,
      },
    ],
    remedy:
      scheduled?.status === 'False'
        ? 'make room, or change what the pod asks of nodes'
        : 'see what the node says about the pod',
  };
}

function gateClosed(world: World, pod: Pod): PodDescription | undefined {
  const { conditions = [], containerStatuses = [] } = pod.status;
  const closed = (pod.spec.readinessGates ?? []).filter(
    ({ conditionType }) =>
      !conditions.some(({ type, status }) => type === conditionType && status === 'True'),
  );
  if (closed.length === 0 || !containerStatuses.every(({ ready }) => ready)) return undefined;
  const names = closed.map(({ conditionType }) => conditionType).join(', ');
  return {
    fault: 'E03',
    why: `its containers are ready, but the readiness gate ${names} is not open`,
    evidence: [
      {
        ...world.locate(pod, 'status.conditions'),
        text: `pod ${pod.metadata.name}: no condition ${names} with status True`,
      },
    ],
    remedy: 'see why the controller behind the gate does not set its condition',
  };
}

/** `name`, where the pod has more containers than that one; its log is asked for by name then. */
function amongOthers({ spec }: Pod, name: string | undefined): Pick<PodDescription, 'container'> {
  const isOnly = spec.containers.length + (spec.initContainers ?? []).length < 2;
  return isOnly || name === undefined ? {} : { container: name };
}

/** The containers that a pod is ready with: init containers that stay run beside the others. *Source:* kubernetes.io/docs/concepts/workloads/pods/sidecar-containers. */
function probeFails(world: World, pod: Pod): PodDescription {
  const { containers, initContainers = [] } = pod.spec;
  const staying = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const all = [...containers, ...staying];
  const unready = [
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.initContainerStatuses ?? []).filter(({ name }) =>
      staying.some((container) => container.name === name),
    ),
  ].find(({ ready }) => ready !== true);
  const container = all.find(({ name }) => name === unready?.name) ?? containers[0];
  // kubelet runs no other probe until the one for the start has succeeded.
  const kind = unready?.started === false && container?.startupProbe ? 'Startup' : 'Readiness';
  const event = lastEvent(world, pod, 'Unhealthy', kind);
  const said = event && probeError(event);
  if (pod.status.podIP === undefined && pod.status.phase === 'Running') {
    return {
      fault: 'E16',
      why: 'it has no address yet',
      evidence: [{ ...world.locate(pod, 'status'), text: `pod ${pod.metadata.name} has no podIP` }],
      remedy: 'see what the CNI plugin says on its node',
    };
  }
  return {
    fault: 'E01',
    ...amongOthers(pod, unready?.name),
    why: `${unready !== undefined && all.length > 1 ? `container ${unready.name}: ` : ''}${probeText(container, kind)} fails${said ? `: ${said}` : ''}`,
    evidence: [
      {
        ...world.locate(pod, 'status.conditions'),
        text: `pod ${pod.metadata.name}: Ready is not True${event ? `; event: ${event}` : ''}`,
      },
    ],
    remedy:
      kind === 'Startup'
        ? 'let the application start and listen there, or give it more time (failureThreshold of its startup probe)'
        : 'make the application answer its readiness probe, or mend the probe',
  };
}

/** What a probe met, without what its pod and its target say already. *Source:* kubernetes pkg/kubelet/prober/prober.go, net/url `Error`. */
function probeError(event: string): string {
  return event
    .replace(/^(Startup|Readiness) probe (failed|errored): /, '')
    .replace(/^(Get|Head) "[^"]*": /, '')
    .replace(/^dial tcp \S+: (connect: )?/, '');
}

/** The probe that keeps a container from being ready, as one would try it. */
function probeText(container: Container | undefined, kind: 'Startup' | 'Readiness'): string {
  const probe = kind === 'Startup' ? container?.startupProbe : container?.readinessProbe;
  return probe ? `${kind.toLowerCase()} probe ${handlerText(probe)}` : 'readiness';
}

function handlerText({ httpGet, tcpSocket, exec, grpc }: Probe): string {
  if (httpGet) return `GET :${httpGet.port}${httpGet.path ?? '/'}`;
  if (tcpSocket) return `TCP ${tcpSocket.port}`;
  if (grpc) return `gRPC ${grpc.port}`;
  return (exec?.command ?? []).join(' ').slice(0, 80);
}

/** The last message of a pod's warnings, or of its events of one reason that start so. */
function lastEvent(world: World, pod: Pod, reason?: string, start = ''): string | undefined {
  const own = world.events.filter(
    ({ involvedObject, type, reason: told, message }) =>
      involvedObject?.kind === 'Pod' &&
      involvedObject.name === pod.metadata.name &&
      involvedObject.namespace === pod.metadata.namespace &&
      (reason === undefined ? type !== 'Normal' : told === reason) &&
      (message ?? '').startsWith(start),
  );
  return own.at(-1)?.message?.slice(0, 200);
}
