import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** CoreDNS does not serve the domain that pods search, so no Service name is found. */
export const zoneServed: Check = defineCheck({
  id: 'dns/zone-served',
  asserts: 'CoreDNS serves the domain that pods search',
  faults: ['D03', 'D10'],
  needs: ['coreDns'],
  isClusterWide: true,
  *run({ world }) {
    const { corefile, searched } = readClusterDns(world);
    if (!corefile || /^\s*import\s/m.test(corefile.configMap.data?.['Corefile'] ?? '')) return;
    const { configMap, parsed, zones } = corefile;
    if (
      zones.some((zone) => zone === '.' || searched.domain === zone || searched.domain.endsWith(`.${zone}`))
    )
      return;
    const line = parsed.blocks
      .flatMap(({ plugins }) => plugins)
      .find(({ name }) => name === 'kubernetes')?.line;
    yield {
      severity: 'error',
      subject: `ConfigMap ${configMap.metadata.namespace}/${configMap.metadata.name}`,
      faults: zones.length === 0 ? ['D10', 'D03'] : ['D03', 'D10'],
      share: [1, 1],
      summary: `names do not resolve: pods search ${searched.domain}${searched.source === undefined ? ' (the default; no resolv.conf was read)' : ''}, and the Corefile ${zones.length === 0 ? 'has no kubernetes plugin' : `serves ${zones.join(', ')}`}`,
      evidence: [
        {
          ...world.locate(configMap, 'data.Corefile'),
          text:
            line === undefined
              ? 'no line "kubernetes ZONE" in a block for port 53'
              : `Corefile line ${line}: kubernetes ${zones.join(' ')}`,
        },
      ],
      remedy: {
        text: `serve ${searched.domain} in the Corefile, or give kubelet and pods the domain that is served`,
        commands: [`kubectl -n ${configMap.metadata.namespace} edit configmap ${configMap.metadata.name}`],
      },
    };
  },
});
