import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { versions } from '../build/versions.ts';
import { binaries, home, nodeHome } from '../machine/places.ts';
import { must, pause, run, until, type Ran } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { apply, ask, get, list, patch, type ApiObject } from './api.ts';
import { startControlPlane } from './control-plane.ts';
import { corednsObjects } from './coredns.ts';
import { kubeProxyObjects } from './kube-proxy.ts';
import { labNodes, layout, type LabNode, type LabShape } from './layout.ts';
import { onNode, startNode } from './node.ts';
import { layWire } from './wire.ts';
import { clientName, shopObjects } from './workload.ts';

const shapeFile = join(home, 'shape.json');

/** Container id → process id, as far as asked: containerd's client takes its time. */
const processes = new Map<string, number>();

/** A running lab as faults and recordings use it; every method works from inside the enclosure. */
export class Lab {
  readonly shape: LabShape;
  readonly nodes: readonly LabNode[];

  constructor(shape: LabShape) {
    this.shape = shape;
    this.nodes = labNodes(shape.nodes);
  }

  /** The lab that is up. */
  static current(): Lab {
    return new Lab(JSON.parse(readFileSync(shapeFile, 'utf8')) as LabShape);
  }

  /** Starts everything, from the wire to the workload; returns when every pod of the lab is Ready and every node's rules know it. */
  static async start(shape: LabShape, say: (line: string) => void): Promise<Lab> {
    const lab = new Lab(shape);
    mkdirSync(join(home, 'logs'), { recursive: true });
    writeFileSync(shapeFile, JSON.stringify(shape));
    writeFileSync(join(home, 'node-resolv.conf'), `nameserver ${layout.controlPlane}\n`);
    await layWire(shape, lab.nodes);
    say('wire and nodes laid');
    const nodesUp = Promise.all(lab.nodes.map((n) => startNode(shape, n)));
    nodesUp.catch(() => undefined);
    await startControlPlane(shape, lab.nodes);
    say('API server ready');
    await apply(lab.nodes.map((n) => lab.nodeObject(n)));
    await until('the namespace kube-system', 30_000, async () =>
      get('v1', 'Namespace', undefined, 'kube-system'),
    );
    await apply(kubeProxyObjects(shape));
    await nodesUp;
    say('containerd and kubelet started');
    await lab.untilProxiesReady(90_000);
    say('kube-proxy ready on every node');
    await apply(corednsObjects());
    await apply(shopObjects(lab.nodes));
    const status = { status: { loadBalancer: { ingress: [{ ip: layout.loadBalancer, ipMode: 'VIP' }] } } };
    await patch('Service', 'shop', 'web-lb', status, { subresource: 'status' });
    await lab.untilPodsReady(150_000);
    say('all pods ready');
    await lab.untilRulesWritten(60_000);
    say('rules of every node know them');
    return lab;
  }

  /** Waits until the rules of every node name each address of the pods behind the lab's Services: kube-proxy follows the API by up to some seconds. */
  private async untilRulesWritten(limitMs: number): Promise<void> {
    const pods = [
      ...(await this.pods('shop', 'app')),
      ...(await this.pods('kube-system', 'k8s-app=kube-dns')),
    ];
    const addresses = pods.flatMap((pod) => pod.addresses);
    let missing: string[] = [];
    await until(
      'the rules of every node',
      limitMs,
      async () => {
        const rules = await Promise.all(this.nodes.map(async ({ name }) => this.rulesOf(name)));
        missing = this.nodes.flatMap(({ name }, i) =>
          addresses.filter((address) => !names(rules[i] ?? '', address)).map((at) => `${name}: ${at}`),
        );
        return addresses.length > 0 && missing.length === 0;
      },
      () => `without ${missing.join(', ')}`,
    );
  }

  /** The rules or virtual servers of a node that translate addresses, as text. */
  private async rulesOf(node: string): Promise<string> {
    const command = {
      iptables: 'iptables-save -t nat; ip6tables-save -t nat',
      nftables: 'nft list ruleset',
      ipvs: 'ipvsadm -Sn',
    }[this.shape.mode];
    return this.onNode(node, command);
  }

  private async untilProxiesReady(limitMs: number): Promise<void> {
    await until('kube-proxy on every node', limitMs, async () => {
      const pods = await this.pods('kube-system', 'k8s-app=kube-proxy');
      return pods.filter((p) => p.ready).length === this.nodes.length;
    });
  }

  private nodeObject(node: LabNode): ApiObject {
    const dual = this.shape.family === 'dual';
    const labels = {
      'kubernetes.io/hostname': node.name,
      'kubernetes.io/os': 'linux',
      'topology.kubernetes.io/zone': node.zone,
    };
    const podCIDRs = dual ? [node.podCidr, node.podCidr6] : [node.podCidr];
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: node.name, labels },
      spec: { podCIDR: node.podCidr, podCIDRs },
    };
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

  /**
   * Removes kube-proxy's tables on a node (or everywhere) in nftables mode, so that a new process begins with none: with nft 1.0.6,
   * kube-proxy 1.37 flushes its maps and fills them in one transaction after a restart, and the map `service-ips` stays empty.
   */
  async forgetRules(node?: string): Promise<void> {
    if (this.shape.mode !== 'nftables') return;
    for (const name of node === undefined ? this.nodes.map((n) => n.name) : [node]) {
      await this.tryOnNode(name, 'nft delete table ip kube-proxy; nft delete table ip6 kube-proxy; true');
    }
  }

  /** Replaces kube-proxy on a node (or everywhere) and waits until it has written its rules. */
  async restartProxy(node?: string): Promise<void> {
    await this.forgetRules(node);
    const targets = (await this.pods('kube-system', 'k8s-app=kube-proxy')).filter(
      (p) => node === undefined || p.node === node,
    );
    for (const p of targets) {
      await ask('DELETE', `/api/v1/namespaces/kube-system/pods/${p.name}?gracePeriodSeconds=0`);
    }
    const nodes = node === undefined ? this.nodes.map((n) => n.name) : [node];
    for (const name of nodes) {
      await until(`kube-proxy on ${name}`, 60_000, async () => {
        const pod = await this.proxyPod(name);
        if (pod === undefined || !pod.ready || targets.some((t) => t.uid === pod.uid)) return false;
        return (await statusOf(this.node(name).address, 10256, '/healthz')) === 200;
      });
    }
    await pause(1500);
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

/** True where rules name an address, with a port behind it or between spaces. */
function names(rules: string, address: string): boolean {
  return [':', ' ', ']'].some((end) => rules.includes(`${address}${end}`));
}

function statusOf(host: string, port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const req = httpGet({ host, port, path, timeout: 2000 }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on('timeout', () => req.destroy());
    req.on('error', () => resolve(0));
  });
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

/** What the lab reads of a pod. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly address: string;
  /** Of each family; the first is `address`. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Container id without its scheme; undefined before it was made. */
  readonly container: string | undefined;
}

function podView(pod: ApiObject): PodView {
  const metadata = (pod.metadata ?? {}) as { name?: string; uid?: string; deletionTimestamp?: string };
  const status = (pod['status'] ?? {}) as {
    podIP?: string;
    podIPs?: { ip: string }[];
    conditions?: { type: string; status: string }[];
    containerStatuses?: { containerID?: string }[];
  };
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    node: (pod['spec'] as { nodeName?: string } | undefined)?.nodeName ?? '',
    address: status.podIP ?? '',
    addresses: (status.podIPs ?? []).map(({ ip }) => ip),
    ready: status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
    terminating: metadata.deletionTimestamp !== undefined,
    container: status.containerStatuses?.[0]?.containerID?.replace('containerd://', ''),
  };
}
