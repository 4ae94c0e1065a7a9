import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, list, type ApiObject } from '../cluster/api.ts';

const kinds: readonly (readonly [apiVersion: string, kind: string, file: string])[] = [
  ['v1', 'Service', 'services'],
  ['discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'],
  ['v1', 'Endpoints', 'endpoints'],
  ['v1', 'Pod', 'pods'],
  ['v1', 'Node', 'nodes'],
  ['v1', 'Namespace', 'namespaces'],
  ['v1', 'Event', 'events'],
  ['v1', 'ConfigMap', 'configmaps'],
  ['apps/v1', 'Deployment', 'deployments'],
  ['apps/v1', 'ReplicaSet', 'replicasets'],
  ['apps/v1', 'DaemonSet', 'daemonsets'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'],
  ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
];

const keptConfigMaps = /^(kube-proxy|coredns.*)$/u;
const keptEvents = 40;

/** Writes `cluster/*.json` as `kubectl get KIND -A -o json` prints them, and `pods/NS_NAME.log` of CoreDNS. */
export async function writeClusterEvidence(folder: string): Promise<void> {
  mkdirSync(join(folder, 'cluster'), { recursive: true });
  mkdirSync(join(folder, 'pods'), { recursive: true });
  for (const [apiVersion, kind, file] of kinds) {
    let items = await list(apiVersion, kind);
    if (kind === 'ConfigMap') items = items.filter((i) => keptConfigMaps.test(i.metadata?.name ?? ''));
    if (kind === 'Event') items = items.slice(-keptEvents);
    const document = {
      apiVersion: 'v1',
      kind: 'List',
      metadata: { resourceVersion: '' },
      items: items.map((item) => tidy({ apiVersion, kind, ...item })),
    };
    writeFileSync(join(folder, 'cluster', `${file}.json`), `${JSON.stringify(document, null, 1)}\n`);
  }
  for (const pod of await list('v1', 'Pod', 'kube-system', 'labelSelector=k8s-app%3Dkube-dns')) {
    const name = pod.metadata?.name ?? '';
    const text = await podLog('kube-system', name);
    if (text !== undefined) writeFileSync(join(folder, 'pods', `kube-system_${name}.log`), text);
  }
}

/** What a container logged since its start (of the run before, where it does not run now); undefined where it has no log. */
export async function podLog(namespace: string, name: string): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
  for (const query of ['', '?previous=true']) {
    const answer = await ask('GET', path + query);
    if (answer.status === 200 && answer.text !== '') return shorten(answer.text);
  }
  return undefined;
}

function shorten(text: string): string {
  const lines = text.split('\n');
  return lines.length <= 320 ? text : [...lines.slice(0, 100), ...lines.slice(-220)].join('\n');
}

/** As kubectl prints it (no managed fields), and without what identifies the machine. */
function tidy(object: ApiObject): ApiObject {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  const status = object['status'] as { nodeInfo?: Record<string, string>; images?: unknown } | undefined;
  if (status?.nodeInfo === undefined) return { ...object, metadata };
  const nodeInfo = { ...status.nodeInfo, machineID: '', systemUUID: '', bootID: '' };
  return { ...object, metadata, status: { ...status, nodeInfo, images: [] } };
}
