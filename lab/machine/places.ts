import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from '../build/versions.ts';

/** The repository's root; the bundle stands in `dist/`, one level below it. */
export const repository: string = fileURLToPath(new URL('..', import.meta.url));

/** What survives between runs: built binaries and images, by version. */
export const cache: string = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plumb-lab');

/** The folder of the built binaries of one component. */
export function binaries(component: string): string {
  return join(cache, 'bin', component);
}

/** A binary of the newest Kubernetes. */
export function kubernetes(name: string): string {
  return join(binaries(`kubernetes-${versions.kubernetes}`), name);
}

/** The lab's own program: first process, pod server and prober. */
export const agent: string = join(binaries('agent'), 'agent');

/** The lab's files while it runs: on a tmpfs inside the enclosure, so that they vanish with it. */
export const home = '/run/plumb-lab';

/** Where the machine notes which process holds the lab. */
export const holderFile: string = process.env['PLUMB_LAB_HOLDER'] ?? '/run/plumb-lab.json';

/** The folder of one node's files. */
export function nodeHome(node: string): string {
  return join(home, node);
}
