import type { Evidence } from '../model/evidence.ts';
import type { Remedy } from '../model/finding.ts';
import { unreadPorts } from '../model/unread-ports.ts';
import { isRead } from '../world/is-read.ts';
import { kubeProxyPods } from '../world/kube-proxy-pod.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { findProxyTables } from './proxy-tables.ts';
import { type SyncState, answeringNodes, readSyncState } from './sync-state.ts';

/** Why a node's kube-proxy does not keep its rules up to date, as far as its own words tell. */
export interface ProxyExplanation {
  /** Fault ids, the likeliest first. */
  readonly faults: readonly string[];
  /** A sentence that starts with `kube-proxy on NODE`; undefined where nothing speaks against it. */
  readonly why?: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy;
}

/** Explains rules of `node` that are not as they should be by what kube-proxy there says of itself. */
export function explainProxy(world: World, node: string): ProxyExplanation {
  const known = explained(world);
  let explanation = known.get(node);
  if (explanation === undefined) known.set(node, (explanation = explain(world, node)));
  return explanation;
}

// Every Service of an audit asks about every node.
const explained = perWorld(() => new Map<string, ProxyExplanation>());

function explain(world: World, node: string): ProxyExplanation {
  const proxy = world.kubeProxies.get(node);
  const pod = proxyPodOn(world, node);
  const state = proxy && readSyncState(proxy);
  const restart = restartRemedy(world, node, pod);
  const base = { remedy: restart, evidence: [] };
  const logged = state?.log.find(({ pattern }) => !pattern.isBeside);
  if (proxy?.log && logged) {
    const { mend } = logged.pattern;
    return {
      remedy: mend === undefined ? restart : { ...restart, text: `${mend}; then ${restart.text}` },
      faults: [logged.pattern.fault, 'K05'],
      why: `kube-proxy on ${node} ${logged.pattern.meaning} (${logged.count} ${logged.count === 1 ? 'line' : 'lines'} in its log)`,
      evidence: [
        {
          source: proxy.log.source,
          location: `line ${logged.lastLine}`,
          text: logged.lastText.slice(0, 300),
        },
      ],
    };
  }
  if (isAbsent(world, node, pod, state)) {
    return {
      ...base,
      faults: ['K01', 'K05', 'K03'],
      why: pod
        ? `kube-proxy on ${node} ${restartsOf(pod) ?? 'answers on none of its ports, so it does not run'}${hasRules(world, node) ? '; its rules are those it left behind' : ''}`
        : `no kube-proxy pod runs on ${node}`,
      evidence: pod ? [podEvidence(world, pod)] : [],
    };
  }
  if (proxy?.metrics && state?.behindSeconds) {
    return {
      ...base,
      faults: ['K05', 'K03', 'K06'],
      why: `kube-proxy on ${node} has been asked to sync and has not for ${Math.round(state.behindSeconds)} s${state.healthz === 'ok' ? ', although /healthz says ok' : ''}`,
      evidence: [
        {
          source: proxy.metrics.source,
          text: `last queued ${time(state.lastQueued)}, last synced ${time(state.lastSynced)}`,
        },
      ],
    };
  }
  return { ...base, faults: ['K05', 'R08'] };
}

/** The pod of kube-proxy on `node`. */
export function proxyPodOn({ pods }: World, node: string): Pod | undefined {
  return kubeProxyPods(pods).get(node);
}

/** Silence proves absence only where somebody asked, and the same endpoints of other nodes answered. */
function isAbsent(world: World, node: string, pod: Pod | undefined, state: SyncState | undefined): boolean {
  const answering = answeringNodes(world);
  const othersAnswer = answering.size > (answering.has(node) ? 1 : 0);
  const isAsked = world.gaps.every(({ what }) => what !== unreadPorts(node));
  const isSilent = isAsked && (state === undefined || state.isSilent);
  if (othersAnswer && isSilent && world.nodeStates.has(node)) return true;
  return isLeftOut(world, pod) && !hasRules(world, node);
}

function hasRules({ nodeStates }: World, node: string): boolean {
  const tables = nodeStates.get(node)?.tables ?? [];
  return (['ip', 'ip6'] as const).some((family) => {
    const found = findProxyTables(tables, family);
    return found.live.length > 0 || found.unhooked.length > 0;
  });
}

/** That the pod's container exits again and again, in words; undefined where it does not wait to be started again. */
function restartsOf({ status }: Pod): string | undefined {
  const crashing = status.containerStatuses?.find(
    ({ state }) => state?.waiting?.reason === 'CrashLoopBackOff' || state?.terminated !== undefined,
  );
  if (crashing === undefined) return undefined;
  const code = (crashing.state?.terminated ?? crashing.lastState?.terminated)?.exitCode;
  return `exits again and again (${crashing.restartCount ?? 0} restarts${code === undefined ? '' : `, exit code ${code}`})`;
}

/** Whether other nodes have a pod of kube-proxy, and all of its pods were read, and this node has none. */
function isLeftOut(world: World, pod: Pod | undefined): boolean {
  const [proxyPod] = kubeProxyPods(world.pods).values();
  return proxyPod !== undefined && pod === undefined && isRead(world, 'pods', proxyPod.metadata.namespace);
}

function restartRemedy(world: World, node: string, pod: Pod | undefined): Remedy {
  if (isLeftOut(world, pod)) {
    return {
      text: `start kube-proxy on ${node}: see why its DaemonSet does not place a pod there`,
      commands: ['kubectl -n kube-system describe daemonset kube-proxy', `kubectl describe node ${node}`],
    };
  }
  const text = `restart kube-proxy on ${node}; it writes all rules anew when it starts`;
  if (!pod) {
    const own = `--selector k8s-app=kube-proxy --field-selector spec.nodeName=${node}`;
    const commands = [`kubectl -n kube-system delete pod ${own}`];
    // Where all pods were read and none is kube-proxy's, it is a process of the node.
    return world.coverage.get('pods')?.isComplete === true
      ? {
          text: `${text} (no pod runs it: it is a process of the node)`,
          commands: [`systemctl restart ${unitOf(world, node)}   # on ${node}`],
        }
      : { text, commands };
  }
  const { namespace, name, annotations } = pod.metadata;
  // What kubelet runs from a file does not end with the object that stands for it.
  const isStatic = annotations?.['kubernetes.io/config.mirror'] !== undefined;
  return {
    text: isStatic ? `${text} (kubelet runs it from a file, and starts it again)` : text,
    commands: [
      // Its log is gone with it.
      `kubectl -n ${namespace} logs ${name} --tail=50`,
      isStatic
        ? `crictl stop $(crictl ps -q --name kube-proxy)   # on ${node}`
        : `kubectl -n ${namespace} delete pod ${name}`,
    ],
  };
}

/** The unit of systemd in which kube-proxy runs where no pod does: k3s and MicroK8s have it in a process of theirs. *Source:* docs.k3s.io/architecture, microk8s.io/docs/configuring-services. */
function unitOf({ nodes }: World, node: string): string {
  const { metadata, status } = nodes.find((each) => each.metadata.name === node) ?? {};
  if (metadata?.labels?.['microk8s.io/cluster'] !== undefined) return 'snap.microk8s.daemon-kubelite';
  if (status?.nodeInfo?.kubeletVersion?.includes('+k3s') !== true) return 'kube-proxy';
  const isServer = Object.keys(metadata?.labels ?? {}).some((label) =>
    /^node-role\.kubernetes\.io\/(control-plane|master)$/.test(label),
  );
  return isServer ? 'k3s' : 'k3s-agent';
}

function podEvidence(world: World, pod: Pod): Evidence {
  return {
    ...world.locate(pod, 'status'),
    text: `pod ${pod.metadata.namespace}/${pod.metadata.name} is ${pod.status.phase ?? 'in an unknown phase'}`,
  };
}

function time(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : new Date(seconds * 1000).toISOString();
}
