import { get as httpGet } from 'node:http';
import { pause, until } from '../machine/run.ts';
import { ask } from './api.ts';
import type { Lab } from './lab.ts';

/**
 * Removes kube-proxy's tables on a node (or everywhere) in nftables mode, so that a new process begins with none: with nft 1.0.6,
 * kube-proxy 1.37 flushes its maps and fills them in one transaction after a restart, and the map `service-ips` stays empty.
 */
export async function forgetRules(lab: Lab, node?: string): Promise<void> {
  if (lab.shape.mode !== 'nftables') return;
  for (const name of node === undefined ? lab.nodes.map((n) => n.name) : [node]) {
    await lab.tryOnNode(name, 'nft delete table ip kube-proxy; nft delete table ip6 kube-proxy; true');
  }
}

/** Replaces kube-proxy on a node (or everywhere) and waits until it has written its rules. */
export async function restartProxy(lab: Lab, node?: string): Promise<void> {
  await forgetRules(lab, node);
  const targets = (await lab.pods('kube-system', 'k8s-app=kube-proxy')).filter(
    (p) => node === undefined || p.node === node,
  );
  for (const p of targets) {
    await ask('DELETE', `/api/v1/namespaces/kube-system/pods/${p.name}?gracePeriodSeconds=0`);
  }
  const nodes = node === undefined ? lab.nodes.map((n) => n.name) : [node];
  for (const name of nodes) {
    await until(`kube-proxy on ${name}`, 60_000, async () => {
      const pod = await lab.proxyPod(name);
      if (pod === undefined || !pod.ready || targets.some((t) => t.uid === pod.uid)) return false;
      return (await statusOf(lab.node(name).address, 10256, '/healthz')) === 200;
    });
  }
  await pause(1500);
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
