import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../../machine/places.ts';

/** Signals a component that the lab started itself, e.g. `kube-controller-manager` or `node-b/kubelet`. */
export function killComponent(name: string): void {
  process.kill(Number(readFileSync(join(home, `${name}.pid`), 'utf8')), 'SIGKILL');
}
