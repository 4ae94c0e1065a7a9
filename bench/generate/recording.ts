import { mkdirSync, writeFileSync } from 'node:fs';
import { endpointSlicesJson, servicesJson } from './api-objects.ts';
import { type BenchCluster, nodeOfPod } from './cluster.ts';
import { iptablesDump } from './iptables-rules.ts';
import { nftJson } from './nftables-rules.ts';
import { nodeFiles, nodesJson } from './node-files.ts';
import { podsJson } from './pod-objects.ts';

/** What a recording holds of a cluster. */
export interface RecordingOptions {
  /** Nodes numbered below it have a dump. */
  readonly dumped: number;
  /** kube-proxy's mode; of nftables the JSON that nft lists, of iptables the dump in `form`. */
  readonly mode: 'iptables' | 'nftables';
  readonly form: 'comments' | 'large';
  /** Pods are by far the most to write and to read. */
  readonly hasPods: boolean;
}

/** Writes a recording of `cluster` to `folder`. */
export function writeRecording(folder: string, cluster: BenchCluster, options: RecordingOptions): void {
  const nodes = 1 + Math.max(0, ...cluster.services.flatMap(({ endpoints }) => endpoints.map(nodeOfPod)));
  mkdirSync(`${folder}/cluster`, { recursive: true });
  const objects = {
    services: servicesJson(cluster),
    endpointslices: endpointSlicesJson(cluster),
    ...(options.hasPods ? { pods: podsJson(cluster) } : {}),
    nodes: nodesJson(nodes),
  };
  for (const [kind, text] of Object.entries(objects)) writeFileSync(`${folder}/cluster/${kind}.json`, text);
  const [file, rules] =
    options.mode === 'nftables'
      ? ['nft-ruleset.json', nftJson(cluster)]
      : ['iptables-save.txt', iptablesDump(cluster, options.form)];
  for (let node = 0; node < Math.min(options.dumped, nodes); node++) {
    const place = `${folder}/nodes/node-${node}`;
    mkdirSync(place, { recursive: true });
    writeFileSync(`${place}/${file}`, rules);
    const others = { ...nodeFiles(node, nodes), 'kube-proxy-mode.txt': options.mode };
    for (const [name, text] of Object.entries(others)) writeFileSync(`${place}/${name}`, text);
  }
}
