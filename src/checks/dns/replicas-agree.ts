import { kubernetesZones, parseCorefile } from '../../dns/parse-corefile.ts';
import type { ConfigMap, Pod } from '../../world/kubernetes/objects.ts';
import { mountedConfigMaps } from '../../world/mounted-config-maps.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { isReady } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** What CoreDNS says of the configuration that it runs, in a line that has an end: one that is cut has another sum. *Source:* coredns plugin/reload. */
const RUNNING = /Running configuration (?:SHA512|MD5) = (?<sum>[0-9a-f]+)\r?\n/g;

/** The replicas of the DNS Service run different configurations, so that a name's answer depends on whom the packet meets. */
export const replicasAgree: Check = defineCheck({
  id: 'dns/replicas-agree',
  asserts: 'all replicas of the DNS Service run the same configuration',
  faults: ['D10', 'D03'],
  needs: ['pods', 'coreDns'],
  isClusterWide: true,
  *run({ world }) {
    const { service, pods, searched, corefile } = readClusterDns(world);
    const ready = pods.filter(isReady);
    if (!service || ready.length < 2) return;
    const odd = oddOnes(world, ready, corefile?.configMap.metadata.name);
    const [first] = odd;
    if (first === undefined) return;
    const zones = zonesOf(world, first.pod);
    const isForeign =
      zones !== undefined && !zones.some((zone) => zone === '.' || searched.domain.endsWith(zone));
    const share = odd.length / ready.length;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      ...(first.pod.spec.nodeName === undefined ? {} : { node: first.pod.spec.nodeName }),
      share: isForeign ? [share, share] : [0, share],
      faults: isForeign ? ['D03', 'D10'] : ['D10', 'D03'],
      summary: `${odd.length} of ${ready.length} DNS pods (${odd.map(({ pod }) => pod.metadata.name).join(', ')}) runs another configuration than the rest${isForeign ? `: it serves ${zones.join(', ') || 'no cluster domain'}, and pods search ${searched.domain}` : ''}`,
      evidence: odd.map(({ evidence }) => evidence),
      remedy: {
        text: 'let all replicas mount the same ConfigMap, and restart those that have not read it anew',
        commands: [`kubectl -n ${namespace} delete pod ${odd.map(({ pod }) => pod.metadata.name).join(' ')}`],
      },
    };
  },
});

interface Odd {
  readonly pod: Pod;
  readonly evidence: { readonly source: string; readonly location?: string; readonly text: string };
}

/** The pods that mount another Corefile than the rest, else those whose log tells of another configuration. */
function oddOnes(world: World, pods: readonly Pod[], usual: string | undefined): Odd[] {
  const elsewhere = pods.filter((pod) => {
    const mounted = corefilesOf(world, pod);
    return mounted.length > 0 && !mounted.some(({ metadata }) => metadata.name === usual);
  });
  if (elsewhere.length > 0 && elsewhere.length < pods.length) {
    return elsewhere.map((pod) => ({
      pod,
      evidence: {
        ...world.locate(pod, 'spec.volumes'),
        text: `pod ${pod.metadata.name} mounts ConfigMap ${corefilesOf(world, pod)[0]?.metadata.name}`,
      },
    }));
  }
  const running = pods.flatMap((pod) => {
    const log = world.podLogs.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
    const sum = [...(log?.text.matchAll(RUNNING) ?? [])].at(-1)?.groups?.['sum'];
    return log === undefined || sum === undefined ? [] : [{ pod, sum, source: log.source }];
  });
  const votes = (sum: string): number => running.filter((each) => each.sum === sum).length;
  const most = Math.max(...running.map(({ sum }) => votes(sum)));
  const common = running.find(({ sum }) => votes(sum) === most)?.sum;
  return running
    .filter(({ sum }) => sum !== common)
    .map(({ pod, sum, source }) => ({
      pod,
      evidence: {
        source,
        text: `pod ${pod.metadata.name} runs configuration ${sum.slice(0, 12)}…, others ${common?.slice(0, 12)}…`,
      },
    }));
}

function corefilesOf(world: World, pod: Pod): ConfigMap[] {
  const names = mountedConfigMaps(pod);
  return world.configMaps.filter(
    ({ metadata, data }) =>
      metadata.namespace === pod.metadata.namespace &&
      names.includes(metadata.name) &&
      data?.['Corefile'] !== undefined,
  );
}

function zonesOf(world: World, pod: Pod): string[] | undefined {
  const [configMap] = corefilesOf(world, pod);
  return (
    configMap &&
    kubernetesZones(parseCorefile(configMap.data?.['Corefile'] ?? ''), readClusterDns(world).corefile?.ports)
  );
}
