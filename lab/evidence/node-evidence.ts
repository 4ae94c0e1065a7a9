import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { ask } from '../cluster/api.ts';
import type { Lab } from '../cluster/lab.ts';
import type { LabNode } from '../cluster/layout.ts';
import { podLog } from './cluster-evidence.ts';

const common = `
iptables-nft-save -c > iptables-save.txt
ip6tables-nft-save -c > ip6tables-save.txt
iptables-legacy-save -c > iptables-legacy-save.txt
nft list ruleset > nft-ruleset.txt
ip addr > ip-addr.txt
ip route show table all > ip-route.txt
ip rule > ip-rule.txt
ip -d -j link > ip-link.json
ip neigh > ip-neigh.txt
bridge -d link > bridge-link.txt
bridge fdb show br cni0 > bridge-fdb.txt
ip netns exec NODE sh -c 'grep . /sys/class/net/*/brport/hairpin_mode' > hairpin.txt
conntrack -L | head -n 5000 > conntrack.txt
conntrack -L -f ipv6 | head -n 5000 > conntrack6.txt
ss -lntu > ss.txt
sysctl -a | grep -E '^net\\.(bridge\\.|ipv4\\.ip_forward|ipv4\\.conf\\.[^.]*\\.(arp_ignore|forwarding|route_localnet|rp_filter|src_valid_mark) |ipv4\\.(vs|ip_local_port_range)|ipv6\\.conf\\.[^.]*\\.forwarding|netfilter\\.nf_conntrack_(max|count|tcp_be_liberal|tcp_timeout_(established|close_wait)|udp_timeout|udp_timeout_stream) )' > sysctl.txt
date -u +%Y-%m-%dT%H:%M:%S.%3NZ > date.txt
`;
const nftablesMode = 'nft -j list ruleset > nft-ruleset.json\n';
const ipvsMode =
  'ipvsadm -Ln > ipvsadm.txt\nipvsadm-save -n > ipvsadm-save.txt\nipset save > ipset-save.txt\n';

/** Writes `nodes/NODE/*` for every node: what its tools print, kube-proxy's log and what its ports answer. */
export async function writeNodeEvidence(lab: Lab, folder: string): Promise<void> {
  await Promise.all(lab.nodes.map((node) => writeOneNode(lab, node, join(folder, 'nodes', node.name))));
}

async function writeOneNode(lab: Lab, node: LabNode, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const { mode } = lab.shape;
  const extra = mode === 'nftables' ? nftablesMode : mode === 'ipvs' ? ipvsMode : '';
  const script = (extra + common).replace('NODE', node.name);
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
