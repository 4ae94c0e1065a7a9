import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { agent, binaries, cache, kubernetes } from '../machine/places.ts';
import { must } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { writeImage, type ImageFiles } from './image.ts';
import { versions } from './versions.ts';

/** The lab's images. */
export type ImageName = 'pause' | 'app' | 'coredns' | 'kubeProxy' | 'olderKubeProxy';

/** The references under which pods name the lab's images. */
export const imageReferences: Readonly<Record<ImageName, string>> = {
  pause: 'docker.io/lab/pause:1',
  app: 'docker.io/lab/app:1',
  coredns: `docker.io/lab/coredns:${versions.coredns}`,
  kubeProxy: `docker.io/lab/kube-proxy:v${versions.kubernetes}`,
  olderKubeProxy: `docker.io/lab/kube-proxy:v${versions.olderKubeProxy}`,
};

/** Raised when an image gets other files, so that no cached one of before is used. */
const recipe = 2;

/** The archives of all images, made by `buildImages`. */
export function imageFile(name: ImageName): string {
  return join(cache, 'images', `${name}-${recipe}.tar`);
}

const busyboxTools =
  'sh ls cat sleep nc wget ip ping nslookup ps echo grep sed id hostname env mkdir rm'.split(' ');

/** Makes the images that are missing or older than what they are made of. */
export async function buildImages(say: (line: string) => void): Promise<void> {
  mkdirSync(join(cache, 'images'), { recursive: true });
  const busybox = firstOf(['/bin/busybox', '/usr/bin/busybox']);
  const shell: ImageFiles = {
    '/bin/busybox': { from: busybox },
    ...Object.fromEntries(busyboxTools.map((t) => [`/bin/${t}`, { link: '/bin/busybox' }])),
  };
  const make = async (
    name: ImageName,
    entrypoint: readonly string[],
    main: string,
    files: () => Promise<ImageFiles> | ImageFiles,
  ): Promise<void> => {
    const file = imageFile(name);
    if (existsSync(file) && statSync(file).mtimeMs > statSync(main).mtimeMs) return;
    await writeImage(file, imageReferences[name], entrypoint, await files());
    say(`made image ${imageReferences[name]}`);
  };
  await make('pause', ['/agent', 'pause'], agent, () => ({ '/agent': { from: agent } }));
  await make('app', ['/agent', 'serve'], agent, () => ({ '/agent': { from: agent }, ...shell }));
  const coredns = join(binaries(`coredns-${versions.coredns}`), 'coredns');
  await make('coredns', ['/coredns'], coredns, () => ({ '/coredns': { from: coredns }, ...shell }));
  const proxyImage = async (program: string): Promise<ImageFiles> => ({
    '/usr/local/bin/kube-proxy': { from: program },
    ...shell,
    ...(await packetTools()),
  });
  const newest = kubernetes('kube-proxy');
  await make('kubeProxy', ['/usr/local/bin/kube-proxy'], newest, () => proxyImage(newest));
  const older = join(binaries(`kubernetes-${versions.olderKubeProxy}`), 'kube-proxy');
  if (existsSync(older)) {
    await make('olderKubeProxy', ['/usr/local/bin/kube-proxy'], older, () => proxyImage(older));
  }
}

/** iptables, nft, conntrack and ipset of this machine with the libraries that `ldd` names, as kube-proxy's image has them. */
async function packetTools(): Promise<ImageFiles> {
  // ipset looks protocol names up there: without it every `ipset add KUBE-CLUSTER-IP 10.96.0.1,tcp:443` fails.
  const files: Record<string, { from: string } | { link: string }> = {
    '/etc/protocols': { from: '/etc/protocols' },
  };
  const plugins = '/usr/lib/x86_64-linux-gnu/xtables';
  const programs = [
    '/usr/sbin/xtables-nft-multi',
    '/usr/sbin/xtables-legacy-multi',
    '/usr/sbin/nft',
    '/usr/sbin/conntrack',
    '/usr/sbin/ipset',
    ...readdirSync(plugins).map((f) => join(plugins, f)),
  ];
  for (const program of programs) {
    files[program] = { from: realpathSync(program) };
    const libraries = await must(['ldd', program]);
    for (const found of libraries.matchAll(/(\/[^\s]+)/gu)) {
      const library = found[1] ?? '';
      if (library !== program) files[library] = { from: realpathSync(library) };
    }
  }
  for (const family of ['iptables', 'ip6tables']) {
    for (const tool of ['', '-save', '-restore']) {
      files[`/usr/sbin/${family}${tool}`] = { link: 'xtables-nft-multi' };
      files[`/usr/sbin/${family}-nft${tool}`] = { link: 'xtables-nft-multi' };
      files[`/usr/sbin/${family}-legacy${tool}`] = { link: 'xtables-legacy-multi' };
    }
  }
  return files;
}

function firstOf(paths: readonly string[]): string {
  const found = paths.find((p) => existsSync(p));
  if (found === undefined) throw new UserError(`${paths[0]} is missing`, 'apt-get install busybox-static');
  return found;
}
