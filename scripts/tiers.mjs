import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * The tiers of `npm test`, cheapest first, so that a mistake is known early. A new tier is one entry here.
 * - `name`: the vitest project of that name, unless `steps` says otherwise
 * - `steps`: npm scripts, each of which counts as one test
 * - `lacks()`: what this machine lacks for it, in words; empty where it can run
 */
export const tiers = [
  {
    name: 'check',
    steps: ['format:check', 'lint', 'types', 'walls', 'unused'],
    lacks: () => [],
  },
  { name: 'unit', lacks: () => [] },
  { name: 'scenarios', lacks: () => [] },
  // What Plumb says of recordings: a row of docs/scoreboard.md that was right must stay right.
  { name: 'score', steps: ['lab:score'], lacks: () => [] },
  // Random rulesets in the real kernel, rule by rule.
  {
    name: 'kernel',
    lacks: () =>
      lacksForNamespaces('unshare', 'nsenter', 'sysctl', 'nft', 'iptables-nft', 'iptables-legacy-restore'),
  },
  // IPVS in Debian's kernel, which runs in an emulated machine: a minute.
  {
    name: 'emulated',
    lacks: () =>
      lacksForNamespaces('qemu-system-x86_64', 'depmod', 'cpio', 'busybox', 'apt-get', 'ipvsadm', 'ipset'),
  },
  // A real Kubernetes: its programs are built on the first run (some ten minutes), then cached.
  {
    name: 'lab',
    lacks: () => lacksForNamespaces('go', 'iptables', 'nft', 'conntrack', 'ipset', 'runc', 'busybox'),
  },
];

/** What a tier that sends real packets through network namespaces of its own lacks here. */
export function lacksForNamespaces(...tools) {
  if (process.platform !== 'linux') return ['Linux'];
  const canUnshare = spawnSync('unshare', ['--net', 'true']).status === 0;
  return [...(canUnshare ? [] : ['root']), ...missingTools('ip', ...tools)];
}

/** Those of `tools` that are not on the PATH. */
export function missingTools(...tools) {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  return tools.filter((tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)));
}
