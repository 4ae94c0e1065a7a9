import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../machine/places.ts';
import { until } from '../machine/run.ts';
import { apply, get, patch, type ApiObject } from './api.ts';
import { startControlPlane } from './control-plane.ts';
import { corednsObjects } from './coredns.ts';
import { kubeProxyObjects } from './kube-proxy.ts';
import { Lab, keepShape } from './lab.ts';
import type { LabNode, LabShape } from './layout.ts';
import { startNode } from './node.ts';
import { untilRulesWritten } from './until-rules-written.ts';
import { layWire } from './wire.ts';
import { shopObjects } from './workload.ts';

/** Starts everything, from the wire to the workload; returns when every pod of the lab is Ready and every node's rules know it. */
export async function startLab(shape: LabShape, say: (line: string) => void): Promise<Lab> {
  const lab = new Lab(shape);
  const { layout } = lab;
  mkdirSync(join(home, 'logs'), { recursive: true });
  keepShape(shape);
  writeFileSync(join(home, 'node-resolv.conf'), `nameserver ${layout.controlPlane}\n`);
  await layWire(shape, lab.nodes);
  say('wire and nodes laid');
  const nodesUp = Promise.all(lab.nodes.map((n) => startNode(shape, n)));
  nodesUp.catch(() => undefined);
  await startControlPlane(shape, lab.nodes);
  say('API server ready');
  await apply(lab.nodes.map((n) => nodeObject(n)));
  await until('the namespace kube-system', 30_000, async () =>
    get('v1', 'Namespace', undefined, 'kube-system'),
  );
  await apply(kubeProxyObjects(shape));
  await nodesUp;
  say('containerd and kubelet started');
  await untilProxiesReady(lab, 90_000);
  say('kube-proxy ready on every node');
  await apply(corednsObjects(layout));
  await apply(shopObjects(lab.nodes));
  const status = { status: { loadBalancer: { ingress: [{ ip: layout.loadBalancer, ipMode: 'VIP' }] } } };
  await patch('Service', 'shop', 'web-lb', status, { subresource: 'status' });
  await lab.untilPodsReady(150_000);
  say('all pods ready');
  await untilRulesWritten(lab, 60_000);
  say('rules of every node know them');
  return lab;
}

async function untilProxiesReady(lab: Lab, limitMs: number): Promise<void> {
  await until('kube-proxy on every node', limitMs, async () => {
    const pods = await lab.pods('kube-system', 'k8s-app=kube-proxy');
    return pods.filter((p) => p.ready).length === lab.nodes.length;
  });
}

function nodeObject(node: LabNode): ApiObject {
  const labels = {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'topology.kubernetes.io/zone': node.zone,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels },
    spec: { podCIDR: node.podCidr, podCIDRs: node.podCidrs },
  };
}
