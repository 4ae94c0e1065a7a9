import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type BenchCluster, makeCluster } from './generate/cluster.ts';
import { type IptablesForm, iptablesDump } from './generate/iptables-rules.ts';
import { nftJson, nftText } from './generate/nftables-rules.ts';
import { type RecordingOptions, writeRecording } from './generate/recording.ts';

/** Where inputs and bundles lie. */
export const WORK_FOLDER: string = new URL('../.bench', import.meta.url).pathname;

const clusters = new Map<number, BenchCluster>();

/** The cluster of `services` Services with ten endpoints each, always the same. */
export function clusterOf(services: number): BenchCluster {
  const known = clusters.get(services);
  if (known) return known;
  const cluster = makeCluster({ services, endpointsPerService: 10, seed: 20_260_105 });
  clusters.set(services, cluster);
  return cluster;
}

/** The path of the iptables-save dump of a node of `clusterOf(services)`, made where it is missing. */
export function iptablesInput(services: number, form: IptablesForm): string {
  return made(`iptables-${services}-${form}.txt`, () => iptablesDump(clusterOf(services), form));
}

/** The path of what nft lists on a node of `clusterOf(services)`, made where it is missing. */
export function nftInput(services: number, form: 'text' | 'json'): string {
  return form === 'json'
    ? made(`nft-${services}.json`, () => nftJson(clusterOf(services)))
    : made(`nft-${services}.txt`, () => nftText(clusterOf(services)));
}

function made(name: string, make: () => string): string {
  const path = `${WORK_FOLDER}/${name}`;
  if (!existsSync(path)) {
    mkdirSync(WORK_FOLDER, { recursive: true });
    writeFileSync(`${path}.part`, make());
    renameSync(`${path}.part`, path);
  }
  return path;
}

/** The folder of a recording of a cluster of `services` Services with three endpoints each, all pods, and `dumped` of its nodes. */
export function recordingInput(services: number, dumped: number): string {
  const cluster = makeCluster({ services, endpointsPerService: 3, seed: 20_260_105 });
  return recorded(`recording-${services}-${dumped}`, cluster, {
    dumped,
    mode: 'iptables',
    form: 'comments',
    hasPods: true,
  });
}

/** The folder of a recording of `clusterOf(services)` for an audit: one node's rules, no pods. Without affinity, which the rules of nftables leave out. */
export function auditInput(services: number, mode: 'iptables' | 'nftables'): string {
  const cluster = clusterOf(services);
  const plain = { ...cluster, services: cluster.services.map((each) => ({ ...each, hasAffinity: false })) };
  return recorded(`audit-${services}-${mode}`, plain, { dumped: 1, mode, form: 'large', hasPods: false });
}

function recorded(name: string, cluster: BenchCluster, options: RecordingOptions): string {
  const path = `${WORK_FOLDER}/${name}`;
  if (!existsSync(path)) {
    rmSync(`${path}.part`, { recursive: true, force: true });
    writeRecording(`${path}.part`, cluster, options);
    renameSync(`${path}.part`, path);
  }
  return path;
}
