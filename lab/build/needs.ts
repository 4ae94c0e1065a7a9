import { existsSync } from 'node:fs';
import { UserError } from '../user-error.ts';

const needed: readonly (readonly [path: string, debianPackage: string])[] = [
  ['/usr/bin/unshare', 'util-linux'],
  ['/usr/bin/nsenter', 'util-linux'],
  ['/usr/sbin/ip', 'iproute2'],
  ['/usr/sbin/xtables-nft-multi', 'iptables'],
  ['/usr/sbin/nft', 'nftables'],
  ['/usr/sbin/conntrack', 'conntrack'],
  ['/usr/sbin/ipset', 'ipset'],
  ['/usr/sbin/runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['/bin/busybox', 'busybox-static'],
];

/** Throws a `UserError` with one clear line where this machine cannot hold the lab: Linux, root, and some Debian packages. */
export function requireMachine(): void {
  if (process.platform !== 'linux') throw new UserError(`the lab needs Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw new UserError('the lab needs root', 'run it with sudo');
  const missing = needed.filter(
    ([path]) => !existsSync(path) && !existsSync(path.replace('/usr/sbin', '/sbin')),
  );
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, p]) => p))].join(' ');
    throw new UserError(`missing: ${missing.map(([p]) => p).join(' ')}`, `apt-get install ${packages}`);
  }
}
