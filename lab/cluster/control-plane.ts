import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../build/versions.ts';
import { binaries, home, kubernetes } from '../machine/places.ts';
import { decisiveLines, slow, start, until } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { adminToken, ask } from './api.ts';
import { apiAt, layoutsOf, type LabNode, type LabShape } from './layout.ts';

/** A kubeconfig for `token` that trusts the API server at `server`. */
export function kubeconfig(token: string, server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'lab', user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
  });
}

/** Where the administrator's kubeconfig stands inside the lab. */
export const adminKubeconfig: string = join(home, 'admin.kubeconfig');

const enter = ['nsenter', '--net=/run/netns/lab-cp', '--'];

/** Starts etcd, API server, controllers and scheduler; returns when the API server is ready. */
export async function startControlPlane(shape: LabShape, nodes: readonly LabNode[]): Promise<void> {
  const layouts = layoutsOf(shape);
  const [{ any, controlPlane }] = layouts;
  const server = apiAt(controlPlane);
  for (const folder of ['etcd', 'certs', 'logs']) mkdirSync(join(home, folder), { recursive: true });
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(home, 'sa.key');
  writeFileSync(key, keys.privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const nodeTokens = nodes.map((n) => `${n.name}-token,system:node:${n.name},${n.name},"system:nodes"`);
  writeFileSync(
    join(home, 'tokens.csv'),
    [`${adminToken},admin,1,"system:masters"`, ...nodeTokens, ''].join('\n'),
  );
  writeFileSync(adminKubeconfig, kubeconfig(adminToken, server));
  for (const node of nodes) {
    writeFileSync(join(home, `${node.name}.kubeconfig`), kubeconfig(`${node.name}-token`, server));
  }
  const etcd = component('etcd', [
    join(binaries(`etcd-${versions.etcd}`), 'etcd'),
    `--data-dir=${join(home, 'etcd')}`,
    '--unsafe-no-fsync',
    ...(slow > 1 ? ['--heartbeat-interval=1000', '--election-timeout=20000'] : []),
  ]);
  const api = component('kube-apiserver', [
    kubernetes('kube-apiserver'),
    '--etcd-servers=http://127.0.0.1:2379',
    `--cert-dir=${join(home, 'certs')}`,
    `--token-auth-file=${join(home, 'tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    `--advertise-address=${controlPlane}`,
    `--bind-address=${any}`,
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${layouts.map((l) => l.serviceCidr).join(',')}`,
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
  ]);
  await until('the API server', 90_000, async () => {
    etcd.mustLive();
    api.mustLive();
    return (await ask('GET', '/readyz')).status === 200;
  });
  startControllerManager();
  startScheduler();
}

/** Starts the controller-manager (again). */
export function startControllerManager(): void {
  component('kube-controller-manager', [
    kubernetes('kube-controller-manager'),
    `--kubeconfig=${adminKubeconfig}`,
    `--service-account-private-key-file=${join(home, 'sa.key')}`,
    '--leader-elect=false',
    `--root-ca-file=${join(home, 'certs/apiserver.crt')}`,
    '--controllers=*,-bootstrapsigner,-tokencleaner',
    `--node-monitor-grace-period=${20 * slow}s`,
    '--use-service-account-credentials=false',
  ]);
}

function startScheduler(): void {
  component('kube-scheduler', [
    kubernetes('kube-scheduler'),
    `--kubeconfig=${adminKubeconfig}`,
    '--leader-elect=false',
  ]);
}

/** Starts one component of the control plane; `mustLive` throws with its decisive lines once it has died. */
export function component(name: string, command: readonly string[]): { readonly mustLive: () => void } {
  const log = join(home, 'logs', `${name}.log`);
  const child = start([...enter, ...command], log);
  writeFileSync(join(home, `${name}.pid`), String(child.pid ?? 0));
  return {
    mustLive: () => {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new UserError(`${name} ended at start: ${decisiveLines(log)}`);
      }
    },
  };
}
