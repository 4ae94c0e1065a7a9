import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { nodeReadings } from '../../src/observe/node/node-readings.ts';
import { settingsScript } from '../../src/observe/node/settings-script.ts';
import { ask } from '../cluster/api.ts';
import type { Lab } from '../cluster/lab.ts';
import type { LabNode, ProxyMode } from '../cluster/layout.ts';
import { podLog } from './cluster-evidence.ts';

/** What `plumb capture` reads, too: what is for files only where it says more than kube-proxy's mode needs is left out. */
function readings(mode: ProxyMode): string[] {
  return nodeReadings
    .filter(
      ({ what, isForFilesOnly }) => what !== 'kernel' && (isForFilesOnly !== true || mode === 'nftables'),
    )
    .map(({ what, onlyWith, ways }) => {
      const [first] = ways.map(({ argv }) => argv.join(' '));
      const few = what === 'connections' ? ' | head -n 5000' : '';
      const command = `${first}${few} > ${ways[0]?.file}`;
      return onlyWith === undefined ? command : `[ ! -e ${onlyWith} ] || ${command}`;
    });
}

const more = `
ip netns exec NODE sh -c 'grep . /sys/class/net/*/brport/hairpin_mode' > hairpin.txt
${settingsScript} > sysctl.txt
date -u +%Y-%m-%dT%H:%M:%S.%3NZ > date.txt
`;

/** Writes `nodes/NODE/*` for every node: what its tools print, kube-proxy's log and what its ports answer. */
export async function writeNodeEvidence(lab: Lab, folder: string): Promise<void> {
  await Promise.all(lab.nodes.map((node) => writeOneNode(lab, node, join(folder, 'nodes', node.name))));
}

async function writeOneNode(lab: Lab, node: LabNode, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { mode } = lab.shape;
  const script = [...readings(mode), more.replace('NODE', node.name)].join('\n');
  const write = (name: string, text: string): void => {
    if (text !== '') writeFileSync(join(folder, name), text);
  };
  const pod = await lab.proxyPod(node.name);
  if (pod !== undefined) write('kube-proxy.log', (await podLog('kube-system', pod.name)) ?? '');
  const [health, metrics, proxyMode, configz] = await Promise.all([
    fetchText(node.address, 10256, '/healthz', true),
    fetchText(node.address, 10249, '/metrics', false),
    fetchText(node.address, 10249, '/proxyMode', false),
    fetchText(node.address, 10249, '/configz', false),
  ]);
  const kubelet = await ask('GET', `/api/v1/nodes/${node.name}/proxy/configz`);
  if (kubelet.status === 200) write('kubelet-configz.json', dnsOfKubelet(kubelet.text));
  write('kube-proxy-healthz.txt', health);
  write('kube-proxy-metrics.txt', shortMetrics(metrics));
  write('kube-proxy-mode.txt', proxyMode);
  write('kube-proxy-configz.json', configz);
  await lab.tryOnNode(node.name, `cd '${folder}'\n{\n${script}\n} 2>/dev/null`);
  for (const name of readdirSync(folder)) {
    if (statSync(join(folder, name)).size === 0) rmSync(join(folder, name));
  }
}

/** Of what kubelet says of itself, what it writes into pods' resolv.conf. */
function dnsOfKubelet(text: string): string {
  const { kubeletconfig } = JSON.parse(text) as {
    kubeletconfig: { clusterDomain?: string; clusterDNS?: string[] };
  };
  const { clusterDomain, clusterDNS } = kubeletconfig;
  return `${JSON.stringify({ kubeletconfig: { clusterDomain, clusterDNS } }, null, 1)}\n`;
}

/** kube-proxy's own metrics without the buckets of histograms, which are four fifths of the text. */
function shortMetrics(text: string): string {
  const kept =
    /^(# (HELP|TYPE) )?(kubeproxy_|kubernetes_build_info|process_start_time|rest_client_requests_total)/u;
  const lines = text.split('\n').filter((l) => kept.test(l) && !/_bucket\{/u.test(l));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The body of an answer (with status line and headers if asked); empty where nobody answers. */
function fetchText(host: string, port: number, path: string, withHead: boolean): Promise<string> {
  return new Promise((resolve) => {
    const req = httpGet({ host, port, path, timeout: 3000 }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (b: Buffer) => parts.push(b));
      res.on('end', () => {
        const body = Buffer.concat(parts).toString();
        if (!withHead) {
          resolve(res.statusCode === 200 ? body : '');
          return;
        }
        const headers = Array.from({ length: res.rawHeaders.length / 2 }, (_, i) => {
          return `${res.rawHeaders[2 * i]}: ${res.rawHeaders[2 * i + 1]}`;
        });
        resolve([`HTTP/1.1 ${res.statusCode} ${res.statusMessage}`, ...headers, '', body].join('\r\n'));
      });
    });
    req.on('timeout', () => req.destroy());
    req.on('error', () => resolve(''));
  });
}
