import { rewriteName } from '../../dns/rewrite-name.ts';
import type { ServerBlock } from '../../dns/parse-corefile.ts';
import type { ConfigMap } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { DEFAULT_DOMAIN, readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** CoreDNS does not serve the domain that pods search, so no Service name is found. */
export const zoneServed: Check = defineCheck({
  id: 'dns/zone-served',
  asserts: 'CoreDNS serves the domain that pods search',
  faults: ['D03', 'D10', 'S03'],
  needs: ['coreDns'],
  isClusterWide: true,
  *run({ world }) {
    const { corefile, searched } = readClusterDns(world);
    if (!corefile || /^\s*import\s/m.test(corefile.configMap.data?.['Corefile'] ?? '')) return;
    const { configMap, parsed, ports, zones } = corefile;
    const asked = `kubernetes.default.svc.${searched.domain}`;
    const { name } = rewriteName(
      parsed.blocks.flatMap(({ plugins }) => plugins),
      asked,
    );
    const isServed = (zone: string): boolean =>
      zone === '.' || asked.endsWith(`.${zone}`) || name.endsWith(`.${zone}`);
    if (zones.some(isServed)) {
      if (searched.source === undefined && searched.domain !== DEFAULT_DOMAIN)
        yield notTold(world, configMap, searched.domain);
      return;
    }
    const other = parsed.blocks.find(
      ({ port, plugins }) => !ports.has(port) && plugins.some(({ name: plugin }) => plugin === 'kubernetes'),
    );
    if (zones.length === 0 && other !== undefined) {
      yield otherPort(world, configMap, ports, other);
      return;
    }
    const line = parsed.blocks
      .flatMap(({ plugins }) => plugins)
      .find(({ name }) => name === 'kubernetes')?.line;
    yield {
      severity: 'error',
      subject: `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`,
      faults: zones.length === 0 ? ['D10', 'D03'] : ['D03', 'D10'],
      share: [1, 1],
      summary: `names do not resolve: pods search ${searched.domain}, and the Corefile ${zones.length === 0 ? 'has no kubernetes plugin' : `serves ${zones.join(', ')}`}`,
      evidence: [
        {
          ...world.locate(configMap, 'data.Corefile'),
          text:
            line === undefined
              ? 'no line "kubernetes ZONE" in a block for port 53'
              : `Corefile line ${line}: kubernetes ${zones.join(' ')}`,
        },
        ...(searched.source === undefined
          ? []
          : [{ source: searched.source, text: `pods search ${searched.domain}` }]),
      ],
      remedy: {
        text: `serve ${searched.domain} in the Corefile, or give kubelet and pods the domain that is served`,
        commands: [`kubectl -n ${configMap.metadata.namespace} edit configmap ${configMap.metadata.name}`],
      },
    };
  },
});

/** CoreDNS serves a domain of its own, and no resolv.conf or configuration says whether pods search it. */
function notTold(world: World, configMap: ConfigMap, domain: string): Problem {
  return {
    severity: 'warning',
    subject: `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`,
    faults: ['D03', 'D10'],
    share: [0, 1],
    summary: `names may not resolve: the Corefile serves ${domain}, and no resolv.conf and no configuration of kubelet was read that says whether pods search it, or ${DEFAULT_DOMAIN}`,
    evidence: [
      { ...world.locate(configMap, 'data.Corefile'), text: `the plugin kubernetes serves ${domain}` },
    ],
    remedy: {
      text: `look which domain pods search; if it is not ${domain}, align kubelet’s clusterDomain and the Corefile`,
      commands: ['kubectl exec -n NAMESPACE POD -- cat /etc/resolv.conf'],
    },
  };
}

/** CoreDNS serves Kubernetes on a port that the DNS Service does not lead to. */
function otherPort(
  world: World,
  configMap: ConfigMap,
  asked: ReadonlySet<number>,
  { port, line }: ServerBlock,
): Problem {
  const target = [...asked].join(' and ');
  return {
    severity: 'error',
    subject: `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`,
    // The port that one expects is right; the other was changed.
    faults: asked.has(DNS_PORT) ? ['D10', 'S03'] : ['S03', 'D10'],
    share: [1, 1],
    summary: `names do not resolve: the DNS Service leads to port ${target} of its pods, and the Corefile serves Kubernetes on ${port}`,
    evidence: [
      { ...world.locate(configMap, 'data.Corefile'), text: `Corefile line ${line}: a block on port ${port}` },
    ],
    remedy: {
      text: 'let the targetPort of the DNS Service and the port of the Corefile be the same',
      commands: [
        `kubectl -n ${configMap.metadata.namespace} get service -l k8s-app=kube-dns -o yaml`,
        `kubectl -n ${configMap.metadata.namespace} edit configmap ${configMap.metadata.name}`,
      ],
    },
  };
}

const DNS_PORT = 53;
