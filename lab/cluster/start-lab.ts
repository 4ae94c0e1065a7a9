import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../machine/places.ts';
import { until } from '../machine/run.ts';
import { apply, get, patch, type ApiObject } from './api.ts';
import { startControlPlane } from './control-plane.ts';
import { corednsObjects } from './coredns.ts';
import { kubeProxyObjects } from './kube-proxy.ts';
import { Lab, keepShape } from './lab.ts';
import { layout, type LabNode, type LabShape } from './layout.ts';
import { startNode } from './node.ts';
import { layWire } from './wire.ts';
import { shopObjects } from './workload.ts';

/** Starts everything, from the wire to the workload; returns when every pod of the lab is Ready and every node's rules know it. */
export async function startLab(shape: LabShape, say: (line: string) => void): Promise<Lab> {
  const lab = new Lab(shape);
  mkdirSync(join(home, 'logs'), { recursive: true });
  keepShape(shape);
  writeFileSync(join(home, 'node-resolv.conf'), `nameserver ${layout.controlPlane}\n`);
  await layWire(shape, lab.nodes);
  say('wire and nodes laid');
  const nodesUp = Promise.all(lab.nodes.map((n) => startNode(shape, n)));
  nodesUp.catch(() => undefined);
  await startControlPlane(shape, lab.nodes);
  say('API server ready');
  await apply(lab.nodes.map((n) => nodeObject(shape, n)));
  await until('the namespace kube-system', 30_000, async () =>
    get('v1', 'Namespace', undefined, 'kube-system'),
  );
  await apply(kubeProxyObjects(shape));
  await nodesUp;
  say('containerd and kubelet started');
  await untilProxiesReady(lab, 90_000);
  say('kube-proxy ready on every node');
  await apply(corednsObjects());
  await apply(shopObjects(lab.nodes));
  const status = { status: { loadBalancer: { ingress: [{ ip: layout.loadBalancer, ipMode: 'VIP' }] } } };
  await patch('Service', 'shop', 'web-lb', status, { subresource: 'status' });
  await lab.untilPodsReady(150_000);
  say('all pods ready');
  await untilRulesWritten(lab, 60_000);
  say('rules of every node know them');
  return lab;
}

/** Waits until the rules of every node name each address of the pods behind the lab's Services: kube-proxy follows the API by up to some seconds. */
async function untilRulesWritten(lab: Lab, limitMs: number): Promise<void> {
  const pods = [...(await lab.pods('shop', 'app')), ...(await lab.pods('kube-system', 'k8s-app=kube-dns'))];
  const addresses = pods.flatMap((pod) => pod.addresses);
  let missing: string[] = [];
  await until(
    'the rules of every node',
    limitMs,
    async () => {
      const rules = await Promise.all(lab.nodes.map(async ({ name }) => rulesOf(lab, name)));
      missing = lab.nodes.flatMap(({ name }, i) =>
        addresses.filter((address) => !names(rules[i] ?? '', address)).map((at) => `${name}: ${at}`),
      );
      return addresses.length > 0 && missing.length === 0;
    },
    () => `without ${missing.join(', ')}`,
  );
}

/** The rules or virtual servers of a node that translate addresses, as text. */
async function rulesOf(lab: Lab, node: string): Promise<string> {
  const command = {
    iptables: 'iptables-save -t nat; ip6tables-save -t nat',
    nftables: 'nft list ruleset',
    ipvs: 'ipvsadm -Sn',
  }[lab.shape.mode];
  return lab.onNode(node, command);
}

async function untilProxiesReady(lab: Lab, limitMs: number): Promise<void> {
  await until('kube-proxy on every node', limitMs, async () => {
    const pods = await lab.pods('kube-system', 'k8s-app=kube-proxy');
    return pods.filter((p) => p.ready).length === lab.nodes.length;
  });
}

function nodeObject(shape: LabShape, node: LabNode): ApiObject {
  const dual = shape.family === 'dual';
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

/** True where rules name an address, with a port behind it or between spaces. */
function names(rules: string, address: string): boolean {
  return [':', ' ', ']'].some((end) => rules.includes(`${address}${end}`));
}
