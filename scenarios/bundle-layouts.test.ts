import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { auditCluster } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';

// What `kubectl cluster-info dump`, troubleshoot.sh (Replicated) and the like leave of a cluster: other paths, lists of one kind, and logs of pods.

interface Item {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: { readonly nodeName?: string };
}

const NAMESPACES = ['default', 'kube-system', 'shop'];

const recordings = fileURLToPath(new URL('recordings/', import.meta.url));

function itemsOf(name: string, kinds: string): Item[] {
  const path = join(recordings, name, 'cluster', `${kinds}.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { items: Item[] }).items;
}

/** The typed list of `items`, as client-go encodes it: items have no kind. */
function listOf(kind: string, items: readonly Item[]): string {
  const list = items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined }));
  return `${JSON.stringify({ kind: `${kind}List`, apiVersion: 'v1', items: list }, null, 4)}\n`;
}

function logOf(name: string, { metadata, spec }: Item): string {
  const own = join(recordings, name, 'pods', `${metadata.namespace}_${metadata.name}.log`);
  if (metadata.name.startsWith('kube-proxy'))
    return readFileSync(join(recordings, name, 'nodes', spec.nodeName ?? '', 'kube-proxy.log'), 'utf8');
  return existsSync(own) ? readFileSync(own, 'utf8') : 'hello\n';
}

/** *Source:* kubernetes v1.37 staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go. */
function clusterInfoDump(name: string): Record<string, string> {
  const files: Record<string, string> = { 'nodes.json': listOf('Node', itemsOf(name, 'nodes')) };
  for (const namespace of NAMESPACES) {
    for (const kind of ['Service', 'Pod', 'Event', 'DaemonSet', 'Deployment', 'ReplicaSet']) {
      const kinds = `${kind.toLowerCase()}s`;
      const own = itemsOf(name, kinds).filter(({ metadata }) => metadata.namespace === namespace);
      files[`${namespace}/${kinds}.json`] = listOf(kind, own);
    }
    for (const pod of itemsOf(name, 'pods').filter(({ metadata }) => metadata.namespace === namespace)) {
      const of = `logs for container x of pod ${namespace}/${pod.metadata.name} ====\n`;
      const text = `==== START ${of}${logOf(name, pod)}==== END ${of}`;
      files[`${namespace}/${pod.metadata.name}/logs.txt`] = text;
    }
  }
  return files;
}

/** The same, as the command prints it where it is given no folder. */
const printedDump = (name: string): Record<string, string> => ({
  'dump.txt': Object.values(clusterInfoDump(name)).join(''),
});

/** *Source:* replicatedhq/troubleshoot pkg/collect/cluster_resources.go, pkg/constants. */
function supportBundle(name: string): Record<string, string> {
  const root = 'support-bundle/cluster-resources';
  const files: Record<string, string> = {
    [`${root}/nodes.json`]: listOf('Node', itemsOf(name, 'nodes')),
    [`${root}/pods-errors.json`]: 'null',
  };
  for (const namespace of NAMESPACES)
    for (const kind of [
      'Service',
      'Pod',
      'Event',
      'EndpointSlice',
      'DaemonSet',
      'Deployment',
      'ReplicaSet',
    ]) {
      const kinds = `${kind.toLowerCase()}s`;
      const own = itemsOf(name, kinds).filter(({ metadata }) => metadata.namespace === namespace);
      files[`${root}/${kinds}/${namespace}.json`] = listOf(kind, own);
    }
  for (const pod of itemsOf(name, 'pods')) {
    const { namespace = '', name: own } = pod.metadata;
    files[`${root}/pods/logs/${namespace}/${own}/x.log`] = logOf(name, pod);
  }
  return files;
}

async function ask(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'layout-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { services } = auditCluster(await readBundle([root]), {});
  const told = services.flatMap(({ findings, causes }) => [
    ...findings.filter(({ severity }) => severity !== 'info').map(({ check }) => check),
    ...causes.map(({ check }) => check),
  ]);
  const healthy = services.filter(({ verdict }) => verdict === 'healthy').length;
  return { told, healthy, web: services.find(({ subject }) => subject === 'shop/web')?.causes[0]?.check };
}

it.each([
  ['kubectl cluster-info dump --output-directory', clusterInfoDump],
  ['kubectl cluster-info dump', printedDump],
  ['troubleshoot.sh', supportBundle],
])('%s is read: what is healthy stays so, a selector that matches nothing is told', async (_, layout) => {
  expect(await ask(layout('iptables-healthy'))).toEqual({ told: [], healthy: 0 });
  expect((await ask(layout('iptables-selector-near-miss'))).web).toBe('service/selector-matches');
});

const addressOf = (node: string): string => `192.168.90.1${'_abc'.indexOf(node.slice(-1))}`;

/** The dumps of each node beside, in folders or files of other names. */
function nodeFiles(name: string, path: (node: string, file: string) => string): Record<string, string> {
  const files: Record<string, string> = {};
  const root = join(recordings, name);
  for (const file of readdirSync(join(root, 'cluster')))
    files[file] = readFileSync(join(root, 'cluster', file), 'utf8');
  for (const node of readdirSync(join(root, 'nodes')))
    for (const file of readdirSync(join(root, 'nodes', node)))
      files[path(node, file)] = readFileSync(join(root, 'nodes', node, file), 'utf8');
  return files;
}

it.each([
  ['a folder a node', (node: string, file: string) => `${node}/${file}`],
  ['files that begin with the node', (node: string, file: string) => `${node}-${file}`],
  ['folders with the domain', (node: string, file: string) => `nodes/${node}.example.net/${file}`],
  ['folders with the address', (node: string, file: string) => `nodes/${addressOf(node)}/${file}`],
  [
    'files in a folder with the address, as talosctl writes them',
    (node: string, file: string) => `${addressOf(node)}/${file}`,
  ],
])('nodes are known by %s', async (_, path) => {
  expect(await ask(nodeFiles('iptables-healthy', path))).toEqual({ told: [], healthy: 9 });
});

/** What `sos report` leaves of a node, beside the lists of the API. *Source:* sosreport/sos sos/report/plugins: networking.py, firewall_tables.py, kernel.py. */
function sosReports(name: string): Record<string, string> {
  const commands: Record<string, string> = {
    'iptables-save.txt': 'firewall_tables/iptables-save',
    'nft-ruleset.txt': 'firewall_tables/nft_list_ruleset',
    'ip-route.txt': 'networking/ip_route_show_table_all',
    'ip-rule.txt': 'networking/ip_-4_rule_list',
    'ip-addr.txt': 'networking/ip_-d_address',
    'ip-neigh.txt': 'networking/ip_-s_-s_neigh_show',
    'bridge-link.txt': 'networking/bridge_-s_-s_-d_link_show',
    'sysctl.txt': 'kernel/sysctl_-a',
  };
  const files = nodeFiles(name, (node, file) =>
    file in commands
      ? `sosreport-${node}-2026-11-30-abcdefg/sos_commands/${commands[file]}`
      : `${node}/${file}`,
  );
  for (const node of ['node-a', 'node-b', 'node-c'])
    for (const [path, text] of Object.entries(BESIDE))
      files[`sosreport-${node}-2026-11-30-abcdefg/${path}`] = text;
  return files;
}

/** Its configuration is not what the kernel does, nor is what was asked in the network namespace of a pod. */
const BESIDE: Record<string, string> = {
  'etc/sysctl.conf': 'net.ipv4.ip_forward = 0\n',
  'etc/sysconfig/iptables': '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n',
  'etc/nftables.conf':
    '#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n',
  ...Object.fromEntries(
    Object.entries({
      ip_route_show_table_all: 'default via 10.244.1.1 dev eth0 \n',
      'ip_-d_address_show':
        '2: eth0@if9: <BROADCAST,UP> mtu 1450\n    inet 10.244.1.14/24 scope global eth0\n',
      'sysctl_-a': 'net.ipv4.ip_forward = 0\nnet.ipv4.conf.eth0.forwarding = 0\n',
      'iptables-save': '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n',
      'ss_-peaonmi':
        'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp LISTEN 0 9 0.0.0.0:1 0.0.0.0:*\n',
    }).map(([file, text]) => [`sos_commands/networking/namespaces/cni-1/ip_netns_exec_cni-1_${file}`, text]),
  ),
};

it('sosreports are read: neither the configuration of nodes nor the network of pods is what their kernels do', async () => {
  expect(await ask(sosReports('iptables-healthy'))).toEqual({ told: [], healthy: 9 });
  expect((await ask(sosReports('nftables-foreign-drop'))).web).toBe('rules/foreign-drop');
});
