import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../machine/run.ts';
import { agent, binaries, cache, repository } from '../machine/places.ts';
import { versions } from './versions.ts';

/** One Go module with the programs to build from it. */
interface Recipe {
  readonly folder: string;
  readonly module: string;
  readonly version: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

const small = ['-trimpath', '-ldflags', '-s -w'];

function kubernetesRecipe(version: string, programs: readonly string[]): Recipe {
  const [major, minor] = version.split('.');
  const stamp = 'k8s.io/component-base/version.git';
  return {
    folder: `kubernetes-${version}`,
    module: 'k8s.io/kubernetes',
    version,
    programs: Object.fromEntries(programs.map((p) => [p, `k8s.io/kubernetes/cmd/${p}`])),
    flags: [
      '-trimpath',
      '-ldflags',
      `-s -w -X ${stamp}Version=v${version} -X ${stamp}Major=${major} -X ${stamp}Minor=${minor}`,
    ],
  };
}

/** What the lab needs, in an order that builds shared packages first. */
export const recipes: readonly Recipe[] = [
  kubernetesRecipe(versions.kubernetes, [
    'kube-proxy',
    'kube-apiserver',
    'kube-controller-manager',
    'kubelet',
    'kubectl',
    'kube-scheduler',
  ]),
  {
    folder: `etcd-${versions.etcd}`,
    module: 'go.etcd.io/etcd/server/v3',
    version: versions.etcd,
    programs: { etcd: 'go.etcd.io/etcd/server/v3' },
    flags: small,
  },
  {
    folder: `containerd-${versions.containerd}`,
    module: 'github.com/containerd/containerd/v2',
    version: versions.containerd,
    programs: Object.fromEntries(
      ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((p) => [
        p,
        `github.com/containerd/containerd/v2/cmd/${p}`,
      ]),
    ),
    flags: [...small, '-tags', 'no_btrfs,no_zfs,no_devmapper'],
  },
  {
    folder: `coredns-${versions.coredns}`,
    module: 'github.com/coredns/coredns',
    version: versions.coredns,
    programs: { coredns: 'github.com/coredns/coredns' },
    flags: small,
  },
  kubernetesRecipe(versions.olderKubeProxy, ['kube-proxy']),
];

const goEnvironment = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local', GOWORK: 'off' };
const long = { env: goEnvironment, timeoutMs: 1_800_000 };

/** Builds what is missing in the cache (the older kube-proxy only if `older`); says each program that it built. A second run builds nothing. */
export async function buildBinaries(older: boolean, say: (line: string) => void): Promise<void> {
  await buildAgent(say);
  for (const recipe of wantedRecipes(older)) {
    const folder = binaries(recipe.folder);
    for (const [program, source] of Object.entries(recipe.programs)) {
      const target = join(folder, program);
      if (existsSync(target)) continue;
      const began = Date.now();
      const module = await prepareModule(recipe);
      mkdirSync(folder, { recursive: true });
      await must(['go', 'build', ...recipe.flags, '-o', `${target}.tmp`, source], { ...long, cwd: module });
      renameSync(`${target}.tmp`, target);
      say(`built ${program} ${recipe.version} in ${Math.round((Date.now() - began) / 1000)} s`);
    }
  }
}

/** The lab's own program; built again whenever its source changes. */
async function buildAgent(say: (line: string) => void): Promise<void> {
  const source = join(repository, 'lab/agent');
  const digest = createHash('sha256')
    .update(readFileSync(join(source, 'main.go')))
    .digest('hex');
  const mark = `${agent}.sha256`;
  if (existsSync(agent) && existsSync(mark) && readFileSync(mark, 'utf8') === digest) return;
  mkdirSync(binaries('agent'), { recursive: true });
  await must(['go', 'build', ...small, '-o', `${agent}.tmp`, '.'], { ...long, cwd: source });
  renameSync(`${agent}.tmp`, agent);
  writeFileSync(mark, digest);
  say('built the agent');
}

/**
 * A module folder that requires one version and names its programs as tools.
 * `k8s.io/kubernetes` replaces its staging modules by folders that a module does not carry, so each is pinned to its published version.
 */
async function prepareModule(recipe: Recipe): Promise<string> {
  const folder = join(cache, 'mod', recipe.folder);
  if (existsSync(join(folder, 'go.sum'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tools = Object.values(recipe.programs).map((p) => `\t${p}`);
  const lines = ['module lab', '', 'go 1.26.0', '', 'tool (', ...tools, ')', ''];
  lines.push(`require ${recipe.module} v${recipe.version}`, '');
  if (recipe.module === 'k8s.io/kubernetes') {
    const about = await must(['go', 'mod', 'download', '-json', `${recipe.module}@v${recipe.version}`], long);
    const goMod = readFileSync((JSON.parse(about) as { GoMod: string }).GoMod, 'utf8');
    const staging = [...goMod.matchAll(/(k8s\.io\/[a-z0-9-]+) => \.\/staging/gu)].map((m) => m[1]);
    lines.push('replace (', ...staging.map((m) => `\t${m} => ${m} v0.${recipe.version.slice(2)}`), ')', '');
  }
  writeFileSync(join(folder, 'go.mod'), lines.join('\n'));
  await must(['go', 'mod', 'tidy'], { ...long, cwd: folder });
  return folder;
}

/** The programs that are still missing in the cache. */
export function missingBinaries(older: boolean): string[] {
  return wantedRecipes(older).flatMap((r) => {
    const have = existsSync(binaries(r.folder)) ? readdirSync(binaries(r.folder)) : [];
    return Object.keys(r.programs).filter((p) => !have.includes(p));
  });
}

function wantedRecipes(older: boolean): Recipe[] {
  return recipes.filter((r) => older || r.folder !== `kubernetes-${versions.olderKubeProxy}`);
}
