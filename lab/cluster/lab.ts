import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../build/versions.ts';
import { binaries, home, nodeHome } from '../machine/places.ts';
import { must, run, until, type Ran } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { ask, get, list, type ApiObject } from './api.ts';
import { labNodes, layoutsOf, type LabNode, type LabShape, type Layout } from './layout.ts';
import { onNode } from './node.ts';
import { type PodView, podView } from './pod-view.ts';
import { clientName } from './workload.ts';

const shapeFile = join(home, 'shape.json');

/** Notes the shape of the lab that is up, for `Lab.current`. */
export function keepShape(shape: LabShape): void {
  writeFileSync(shapeFile, JSON.stringify(shape));
}

/** Container id → process id, as far as asked: containerd's client takes its time. */
const processes = new Map<string, number>();

/** A running lab as faults and recordings use it; every method works from inside the enclosure. */
export class Lab {
  readonly shape: LabShape;
  readonly nodes: readonly LabNode[];
  /** Of its first family. */
  readonly layout: Layout;

  constructor(shape: LabShape) {
    this.shape = shape;
    this.nodes = labNodes(shape);
    [this.layout] = layoutsOf(shape);
  }

  /** The lab that is up. */
  static current(): Lab {
    return new Lab(JSON.parse(readFileSync(shapeFile, 'utf8')) as LabShape);
  }

  /** The node of that name. */
  node(name: string): LabNode {
    const found = this.nodes.find((n) => n.name === name);
    if (found === undefined) throw new UserError(`no node ${name}`);
    return found;
  }

  /** Runs a shell command in a node's network namespace; a failure throws. */
  async onNode(node: string, command: string, input = ''): Promise<string> {
    return must(onNode(node, ['sh', '-c', command]), { input });
  }

  /** As `onNode`, but the exit code is the caller's business. */
  async tryOnNode(node: string, command: string): Promise<Ran> {
    return run(onNode(node, ['sh', '-c', command]));
  }

  /** Pods by label selector. */
  async pods(namespace: string, selector: string): Promise<PodView[]> {
    const items = await list('v1', 'Pod', namespace, `labelSelector=${encodeURIComponent(selector)}`);
    return items.map((item) => podView(item));
  }

  /** The pod of that name, undefined where there is none. */
  async podNamed(namespace: string, name: string): Promise<PodView | undefined> {
    const item = await get('v1', 'Pod', namespace, name);
    return item === undefined ? undefined : podView(item);
  }

  /** Waits until every pod is Running and Ready and none is terminating. */
  async untilPodsReady(limitMs: number): Promise<void> {
    let waiting: string[] = [];
    await until(
      'all pods Ready',
      limitMs,
      async () => {
        const deployments = await list('apps/v1', 'Deployment');
        const settled = deployments.every((d) => isSettled(d));
        const daemons = await list('apps/v1', 'DaemonSet');
        const placed = daemons.every((d) => {
          const s = d['status'] as { numberReady?: number } | undefined;
          return (s?.numberReady ?? 0) === this.nodes.length;
        });
        const pods = (await list('v1', 'Pod')).map((p) => podView(p));
        waiting = pods.filter((p) => !p.ready || p.terminating).map((p) => p.name);
        return settled && placed && pods.length > 0 && waiting.length === 0;
      },
      () => `waiting for ${waiting.join(' ')}`,
    );
  }

  /** Deletes the pods of a selector at once and, unless told otherwise, waits until their successors are Ready. */
  async replacePods(namespace: string, selector: string, wait = true): Promise<void> {
    const before = await this.pods(namespace, selector);
    await Promise.all(
      before.map((p) => ask('DELETE', `/api/v1/namespaces/${namespace}/pods/${p.name}?gracePeriodSeconds=0`)),
    );
    if (!wait) return;
    await until(`successors of ${selector}`, 60_000, async () => {
      const now = await this.pods(namespace, selector);
      return now.length > 0 && now.every((p) => p.ready && !before.some((b) => b.uid === p.uid));
    });
  }

  /** Deletes a pod at once; whatever owns it makes another. */
  async deletePod(namespace: string, name: string): Promise<void> {
    await ask('DELETE', `/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`);
  }

  /** kube-proxy's pod on a node, undefined where there is none. */
  async proxyPod(node: string): Promise<PodView | undefined> {
    return (await this.pods('kube-system', 'k8s-app=kube-proxy')).find(
      (p) => p.node === node && !p.terminating,
    );
  }

  /** The process id of a pod's first container, or undefined while it does not run. */
  async podProcess(pod: PodView): Promise<number | undefined> {
    if (pod.container === undefined) return undefined;
    const known = processes.get(pod.container);
    if (known !== undefined && existsSync(`/proc/${known}`)) return known;
    const folder = binaries(`containerd-${versions.containerd}`);
    const socket = join(nodeHome(pod.node), 'containerd.sock');
    const tasks = await run([join(folder, 'ctr'), '-a', socket, '-n', 'k8s.io', 'tasks', 'ls']);
    const line = tasks.stdout.split('\n').find((l) => l.startsWith(pod.container ?? '-'));
    const pid = Number(line?.trim().split(/\s+/u)[1]);
    if (!(pid > 0)) return undefined;
    processes.set(pod.container, pid);
    return pid;
  }

  /** The client pods, one a node. */
  get clients(): string[] {
    return this.nodes.map((n) => clientName(n.name));
  }

  /** The port of a node's bridge (host end of the veth) behind which a pod address lives. */
  async bridgePort(node: string, podAddress: string): Promise<string> {
    await this.tryOnNode(node, `ping -c 1 -W 1 ${podAddress} || busybox ping -c 1 -W 1 ${podAddress}`);
    const neighbour = JSON.parse(await this.onNode(node, `ip -j neigh show ${podAddress}`)) as {
      lladdr?: string;
    }[];
    const mac = neighbour[0]?.lladdr ?? 'none';
    const fdb = await this.onNode(node, 'bridge fdb show br cni0');
    const port = fdb
      .split('\n')
      .find((l) => l.startsWith(mac))
      ?.match(/dev (\S+)/u)?.[1];
    if (port === undefined) throw new UserError(`no bridge port for ${podAddress} on ${node}`);
    return port;
  }
}

function isSettled(deployment: ApiObject): boolean {
  const spec = deployment['spec'] as { replicas?: number };
  const status = (deployment['status'] ?? {}) as {
    readyReplicas?: number;
    updatedReplicas?: number;
    observedGeneration?: number;
  };
  const generation = deployment.metadata?.['generation'] as number | undefined;
  const want = spec.replicas ?? 1;
  return (
    (status.readyReplicas ?? 0) === want &&
    (want === 0 || status.updatedReplicas === want) &&
    status.observedGeneration === generation
  );
}
