import { mkdirSync, writeFileSync } from 'node:fs';
import { endpointSlicesJson, servicesJson } from './api-objects.ts';
import { type BenchCluster, nodeOfPod } from './cluster.ts';
import { iptablesDump } from './iptables-rules.ts';
import { nodeFiles, nodesJson } from './node-files.ts';
import { podsJson } from './pod-objects.ts';

/** Writes a recording of all of `cluster`, and of its nodes numbered below `dumped`, to `folder`. */
export function writeRecording(folder: string, cluster: BenchCluster, dumped: number): void {
  const nodes = 1 + Math.max(0, ...cluster.services.flatMap(({ endpoints }) => endpoints.map(nodeOfPod)));
  mkdirSync(`${folder}/cluster`, { recursive: true });
  const objects = {
    services: servicesJson(cluster),
    endpointslices: endpointSlicesJson(cluster),
    pods: podsJson(cluster),
    nodes: nodesJson(nodes),
  };
  for (const [kind, text] of Object.entries(objects)) writeFileSync(`${folder}/cluster/${kind}.json`, text);
  const rules = iptablesDump(cluster, 'comments');
  for (let node = 0; node < Math.min(dumped, nodes); node++) {
    const place = `${folder}/nodes/node-${node}`;
    mkdirSync(place, { recursive: true });
    writeFileSync(`${place}/iptables-save.txt`, rules);
    for (const [name, text] of Object.entries(nodeFiles(node, nodes)))
      writeFileSync(`${place}/${name}`, text);
  }
}
