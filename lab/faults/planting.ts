import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apply, ask, get, list, patch, recreate, remove, type ApiObject } from '../cluster/api.ts';
import { corednsConfigMap } from '../cluster/coredns.ts';
import { kubeProxyObjects, type ProxyChange, proxyConfigMap } from '../cluster/kube-proxy.ts';
import type { Lab } from '../cluster/lab.ts';
import {
  clientPod,
  deployment,
  shopServices,
  type ServerChange,
  type ShopService,
} from '../cluster/workload.ts';
import { flannelRules } from '../cluster/wire.ts';
import { home } from '../machine/places.ts';
import { pause, until } from '../machine/run.ts';
import { UserError } from '../user-error.ts';

/** Applies a Service of the shop with changes to its spec (and metadata). */
export async function changeService(
  name: ShopService,
  spec: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const original = shopServices[name];
  await apply([
    {
      ...original,
      metadata: { ...original.metadata, ...metadata },
      spec: { ...(original['spec'] as object), ...spec },
    },
  ]);
}

/** Applies the Service as the lab made it. */
export async function restoreService(name: ShopService): Promise<void> {
  await apply([shopServices[name]]);
}

/** Applies a Deployment of the shop with changes; its pods are replaced. */
export async function changeDeployment(name: 'web' | 'solo' | 'echo', change: ServerChange): Promise<void> {
  await apply([deployment(name, change)]);
}

/** Applies the Deployment as the lab made it and waits until it is Ready. */
export async function restoreDeployment(lab: Lab, name: 'web' | 'solo' | 'echo'): Promise<void> {
  await apply([deployment(name)]);
  await pause(1000);
  await lab.untilPodsReady(90_000);
}

/** Rewrites one iptables table of a node line by line (as `iptables-save` prints it), with the nft backend. */
export async function editTable(
  lab: Lab,
  node: string,
  table: string,
  edit: (line: string) => string | string[] | undefined,
): Promise<void> {
  const before = await lab.onNode(node, `iptables-nft-save -t ${table}`);
  let changed = false;
  const after = before.split('\n').flatMap((line) => {
    const now = edit(line);
    if (now !== line) changed = true;
    return now ?? [];
  });
  if (!changed) throw new UserError(`nothing to edit in table ${table} of ${node}`);
  await lab.onNode(node, `iptables-nft-restore -T ${table}`, after.join('\n'));
}

/** The ClusterIP of a Service. */
export async function clusterIp(name: string, namespace: string = 'shop'): Promise<string> {
  const service = await get('v1', 'Service', namespace, name);
  return (service?.['spec'] as { clusterIP?: string } | undefined)?.clusterIP ?? '';
}

/** Addresses of the pods of an app in the shop, by node. */
export async function podAddresses(lab: Lab, app: string): Promise<Map<string, string>> {
  const pods = await lab.pods('shop', `app=${app}`);
  return new Map(pods.map((p) => [p.node, p.address]));
}

/** The rules of an nftables chain with their handles: `[text, handle]`. */
export async function nftRules(
  lab: Lab,
  node: string,
  chain: string,
): Promise<readonly (readonly [text: string, handle: string])[]> {
  const text = await lab.onNode(node, `nft -a list chain ip kube-proxy '${chain}'`);
  return text.split('\n').flatMap((line) => {
    const found = /^\t\t(.*) # handle (\d+)$/u.exec(line);
    return found === null || (found[1] ?? '').startsWith('type ')
      ? []
      : [[found[1] ?? '', found[2] ?? ''] as const];
  });
}

/** The full name of an nftables chain that ends so, e.g. `-shop/web/tcp/http` with prefix `service-`. */
export async function nftChain(lab: Lab, node: string, prefix: string, suffix: string): Promise<string> {
  const text = await lab.onNode(node, 'nft list chains ip');
  const names = [...text.matchAll(/chain (\S+) \{/gu)].map((m) => m[1] ?? '');
  const found = names.find((n) => n.startsWith(prefix) && n.endsWith(suffix));
  if (found === undefined) throw new UserError(`no chain ${prefix}…${suffix} on ${node}`);
  return found;
}

/** Writes kube-proxy's rules again on a node (a new process syncs everything), and what flannel wrote. */
export async function restoreRules(lab: Lab, node: string): Promise<void> {
  const chains = ['filter FORWARD FLANNEL-FWD', 'nat POSTROUTING FLANNEL-POSTRTG'];
  for (const chain of chains) {
    const [table = '', hook = '', name = ''] = chain.split(' ');
    const comment = table === 'nat' ? 'flanneld masq' : 'flanneld forward';
    await lab.tryOnNode(
      node,
      `iptables -t ${table} -D ${hook} -m comment --comment "${comment}" -j ${name}; iptables -t ${table} -F ${name}; iptables -t ${table} -X ${name}; true`,
    );
  }
  await lab.restartProxy(node);
  await lab.onNode(node, 'iptables-restore -n', flannelRules);
}

/** Sends a signal to kube-proxy on a node. */
export async function signalProxy(lab: Lab, node: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
  const pod = await lab.proxyPod(node);
  const pid = pod === undefined ? undefined : await lab.podProcess(pod);
  if (pid === undefined) throw new UserError(`kube-proxy does not run on ${node}`);
  process.kill(pid, `SIG${signal}`);
}

/** Signals a component that the lab started itself, e.g. `kube-controller-manager` or `node-b/kubelet`. */
export function killComponent(name: string): void {
  process.kill(Number(readFileSync(join(home, `${name}.pid`), 'utf8')), 'SIGKILL');
}

/** Runs kube-proxy everywhere but on these nodes. */
export async function keepProxyOff(lab: Lab, nodes: readonly string[]): Promise<void> {
  const daemonSet = kubeProxyObjects(lab.shape).find((o) => o.kind === 'DaemonSet');
  if (daemonSet === undefined) return;
  const spec = structuredClone(daemonSet['spec']) as { template: { spec: Record<string, unknown> } };
  if (nodes.length > 0) {
    const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: nodes }];
    const terms = { nodeSelectorTerms: [{ matchExpressions }] };
    spec.template.spec['affinity'] = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
    };
  }
  // OnDelete: the pods of the other nodes stay, although the template has changed.
  await apply([{ ...daemonSet, spec: { ...spec, updateStrategy: { type: 'OnDelete' } } }]);
  await until('kube-proxy gone', 40_000, async () => {
    const pods = await lab.pods('kube-system', 'k8s-app=kube-proxy');
    return pods.every((p) => !nodes.includes(p.node));
  });
}

/** Gives every kube-proxy its usual configuration with `change`, and starts them anew. */
export async function configureProxies(lab: Lab, change: ProxyChange = {}): Promise<void> {
  await apply([proxyConfigMap(lab.shape, change)]);
  // A kubelet takes a moment to see the new ConfigMap.
  await pause(2000);
  await lab.restartProxy();
}

/** Runs kube-proxy everywhere with another `--hostname-override`. */
export async function overrideHostname(lab: Lab, name: string): Promise<void> {
  const objects = kubeProxyObjects(lab.shape);
  const text = JSON.stringify(objects).replace(
    '--hostname-override=$(NODE_NAME)',
    () => `--hostname-override=${name}`,
  );
  await apply(JSON.parse(text) as ApiObject[]);
  await pause(1500);
  await lab.forgetRules();
  await lab.replacePods('kube-system', 'k8s-app=kube-proxy');
  await pause(3000);
}

/** Runs kube-proxy on every node again. */
export async function restoreProxyEverywhere(lab: Lab): Promise<void> {
  await apply(kubeProxyObjects(lab.shape));
  await patch(
    'DaemonSet',
    'kube-system',
    'kube-proxy',
    { spec: { updateStrategy: { type: 'RollingUpdate' } } },
    { apiVersion: 'apps/v1' },
  );
  await pause(1500);
  await lab.untilPodsReady(90_000);
  await lab.restartProxy();
}

/** Installs a Corefile and starts CoreDNS anew with it; does not wait for readiness. */
export async function installCorefile(lab: Lab, text?: string): Promise<void> {
  await apply([corednsConfigMap(text)]);
  await lab.replacePods('kube-system', 'k8s-app=kube-dns', false);
  await pause(4000);
}

/** Starts CoreDNS anew as the lab made it, and waits. */
export async function restoreDns(lab: Lab): Promise<void> {
  await apply([corednsConfigMap()]);
  await lab.replacePods('kube-system', 'k8s-app=kube-dns');
}

/** A hand-made EndpointSlice in the shop. */
export function handMadeSlice(
  name: string,
  labels: Readonly<Record<string, string>>,
  addresses: readonly string[],
  port: { readonly name?: string; readonly port: number },
): ApiObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'shop', labels },
    addressType: 'IPv4',
    endpoints: addresses.map((a) => ({ addresses: [a], conditions: { ready: true } })),
    ports: [{ protocol: 'TCP', ...port }],
  };
}

/** A Service without selector, for hand-made slices. */
export const legacyService: ApiObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'legacy', namespace: 'shop' },
  spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }] },
};

/** A Service of both families in the shop, in front of the pods of an app. */
export function bothFamilies(name: string, app: string): ApiObject {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app }, ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'], ports },
  };
}

/** Deletes the Service `legacy` and every hand-made slice. */
export async function removeLegacy(): Promise<void> {
  await remove(legacyService);
  for (const slice of await list('discovery.k8s.io/v1', 'EndpointSlice', 'shop')) {
    const manager = slice.metadata?.labels?.['endpointslice.kubernetes.io/managed-by'];
    if (manager === 'endpointslice-controller.k8s.io') continue;
    await ask('DELETE', `/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/${slice.metadata?.name}`);
  }
}

/** A NetworkPolicy in the shop. */
export function networkPolicy(name: string, spec: Readonly<Record<string, unknown>>): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec,
  };
}

const enforcer = 'KUBE-NWPLCY-DEFAULT';

/**
 * What a policy engine writes on a node: a chain of its own in front of FORWARD, ending in a drop for the selected pods.
 * `rules` are bodies of `iptables -A CHAIN`; traffic of the node itself and replies are let through, as engines do.
 */
export async function enforcePolicy(lab: Lab, node: string, rules: readonly string[]): Promise<void> {
  const gateway = lab.node(node).gateway;
  const lines = [
    '*filter',
    `:${enforcer} - [0:0]`,
    `-A ${enforcer} -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN`,
    `-A ${enforcer} -s ${gateway}/32 -j RETURN`,
    ...rules.map((r) => `-A ${enforcer} ${r}`),
    `-I FORWARD 1 -m comment --comment "network policy engine" -j ${enforcer}`,
    'COMMIT',
    '',
  ];
  await lab.onNode(node, 'iptables-restore -n', lines.join('\n'));
}

/** Removes what `enforcePolicy` wrote, on every node. */
export async function stopEnforcing(lab: Lab): Promise<void> {
  for (const node of lab.nodes) {
    await lab.tryOnNode(
      node.name,
      `iptables -D FORWARD -m comment --comment "network policy engine" -j ${enforcer}; iptables -F ${enforcer}; iptables -X ${enforcer}; true`,
    );
  }
}

/** Makes the client pod of node-a anew, with changes to its spec, and waits until it is Ready. */
export async function replaceClient(lab: Lab, change: Readonly<Record<string, unknown>>): Promise<void> {
  const pod = clientPod(lab.node('node-a'));
  await lab.deletePod('shop', 'client-a');
  await recreate({ ...pod, spec: { ...(pod['spec'] as object), ...change } });
  await lab.untilPodsReady(60_000);
}
