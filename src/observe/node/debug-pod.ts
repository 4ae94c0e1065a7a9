import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collected } from '../collected.ts';
import type { ClusterAccess, Patience } from '../kubernetes/cluster-access.ts';
import type { PodObject } from './node-pods.ts';

/** What the user chose for pods that Plumb may make. */
export interface DebugPodOptions {
  readonly namespace: string;
  /** An image with a shell, `sleep`, iptables, nft and iproute2. */
  readonly image: string;
}

/** Where debug pods are made, and of which image, if the user says nothing else. */
export const debugPodDefaults: DebugPodOptions = {
  namespace: 'kube-system',
  image: 'nicolaka/netshoot:v0.13',
};

/** By this label debug pods are found and removed. */
export const debugPodLabel = { name: 'app.kubernetes.io/managed-by', value: 'plumb-debug' } as const;

/** The pod ends itself after so long, whatever became of who made it. */
const LIFE_SECONDS = 300;

/**
 * The pod that reads a node: in its network, bound to it without the scheduler, with nothing but the right to read rules (reading them takes
 * NET_ADMIN), on a root that cannot be written. *Source:* kubernetes v1.37 PodSpec; capabilities(7).
 */
export function debugPod(node: string, { namespace, image }: DebugPodOptions): PodManifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `plumb-debug-${randomBytes(4).toString('hex')}`,
      namespace,
      labels: { [debugPodLabel.name]: debugPodLabel.value },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      hostPID: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: LIFE_SECONDS,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'debug',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', String(LIFE_SECONDS)],
          securityContext: {
            runAsUser: 0,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
          },
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '512Mi' } },
        },
      ],
    },
  };
}

/** A pod as it is sent to the API. */
export interface PodManifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: PodObject['metadata'];
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * What `read` brings home through a debug pod on `node`. The pod is removed whatever happens, also when the signal ends everything else; where it
 * could not be removed, that is a gap.
 */
export async function withDebugPod(
  access: ClusterAccess,
  node: string,
  options: DebugPodOptions,
  patience: Patience,
  read: (pod: PodObject) => Promise<Collected>,
): Promise<Collected> {
  const manifest = debugPod(node, options);
  const { name, namespace } = manifest.metadata;
  const made = await access.createPod(namespace, manifest, patience);
  const unlock = `create, get and delete on pods in ${namespace}; or plumb capture --script, run on ${node}`;
  const gap = (why: string): Collected => ({
    sources: [],
    gaps: [{ what: `a debug pod on ${node}`, why, unlock, node }],
  });
  // Whoever gives up waiting may have made it all the same.
  if (!made.ok && made.failure.kind === 'forbidden') return gap(made.failure.message);
  const found = await (async (): Promise<Collected> => {
    const pod = made.ok ? await startedPod(access, manifest, patience) : made.failure.message;
    return typeof pod === 'string' ? gap(pod) : await read(pod);
  })().catch((error: unknown) => gap(error instanceof Error ? error.message : 'it could not be read'));
  // Not with the caller's signal: it may have been given.
  const removed = await access.deletePod(namespace, name, { timeoutMs: patience.timeoutMs });
  if (removed.ok || removed.failure.kind === 'not-found') return found;
  const left = `pod ${namespace}/${name} could not be removed; it ends after ${LIFE_SECONDS} s, and plumb cleanup removes it`;
  return { sources: found.sources, gaps: [...found.gaps, ...gap(left).gaps] };
}

/** How often the pod is looked at while it starts. */
const LOOK_MS = 300;

/** The pod as soon as it runs; else why it does not, in words. */
async function startedPod(
  access: ClusterAccess,
  manifest: PodManifest,
  patience: Patience,
): Promise<PodObject | string> {
  const { name, namespace } = manifest.metadata;
  const deadline = Date.now() + patience.timeoutMs;
  let state = 'was not started';
  while (Date.now() < deadline && patience.signal?.aborted !== true) {
    const got = await access.getJson(`/api/v1/namespaces/${namespace}/pods/${name}`, patience);
    if (!got.ok) return got.failure.message;
    const pod = got.value as PodObject;
    const [container] = pod.status?.containerStatuses ?? [];
    if (container?.state?.['running'] !== undefined) return pod;
    if (pod.status?.phase === 'Failed') return 'the debug pod failed to start';
    const reason = container?.state?.['waiting']?.reason;
    if (reason !== undefined) state = `waits: ${reason}`;
    if (
      /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|CreateContainerConfigError|RunContainerError|CreateContainerError)$/.test(
        reason ?? '',
      )
    )
      return `the debug pod ${state}`;
    await sleep(LOOK_MS);
  }
  return `the debug pod ${state}`;
}
