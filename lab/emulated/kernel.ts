import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../machine/places.ts';
import { must } from '../machine/run.ts';
import { UserError } from '../user-error.ts';

/** A kernel with its modules: Debian's, which has IPVS. */
export interface Kernel {
  readonly folder: string;
  readonly release: string;
  readonly image: string;
}

/** Fetches Debian's kernel package into the cache (once) and returns it. */
export async function debianKernel(): Promise<Kernel> {
  const folder = join(cache, 'kernel');
  if (!existsSync(join(folder, 'boot'))) {
    mkdirSync(folder, { recursive: true });
    const known = 'apt-cache show linux-image-amd64 > /dev/null 2>&1 || apt-get update -q > /dev/null';
    const fetch = `{ ${known}; } && apt-get download "$(apt-cache depends linux-image-amd64 | awk '/Depends/{print $2}' | head -1)"`;
    const long = { cwd: folder, timeoutMs: 600_000 };
    await must(
      ['sh', '-e', '-c', `${fetch} && dpkg -x linux-image-*.deb . && rm -f linux-image-*.deb`],
      long,
    );
  }
  const release = readdirSync(join(folder, 'lib/modules'))[0];
  if (release === undefined) {
    rmSync(folder, { recursive: true, force: true });
    throw new UserError('no kernel in the package linux-image-amd64', 'apt-get update');
  }
  await must(['depmod', '-b', folder, release]);
  return { folder, release, image: join(folder, 'boot', `vmlinuz-${release}`) };
}
