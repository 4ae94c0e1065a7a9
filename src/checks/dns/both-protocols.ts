import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** The DNS Service lacks port 53 of one protocol: lookups use UDP, large answers TCP. */
export const bothProtocols: Check = defineCheck({
  id: 'dns/both-protocols',
  asserts: 'the DNS Service has port 53 for UDP and for TCP',
  faults: ['D18'],
  needs: ['services'],
  isClusterWide: true,
  *run({ world }) {
    const { service } = readClusterDns(world);
    if (!service) return;
    const spoken = (service.spec.ports ?? [])
      .filter(({ port }) => port === 53)
      .map(({ protocol = 'TCP' }) => protocol);
    const { namespace, name } = service.metadata;
    for (const protocol of ['UDP', 'TCP']) {
      if (spoken.includes(protocol)) continue;
      const isUdp = protocol === 'UDP';
      yield {
        severity: isUdp ? 'error' : 'warning',
        subject: `Service ${namespace}/${name}`,
        ...(isUdp ? { share: [1, 1] as const } : {}),
        summary: `${namespace}/${name} has no port 53/${protocol}: ${isUdp ? 'lookups, which use UDP, get no answer' : 'answers that are too large for UDP fail'}`,
        evidence: [
          {
            ...world.locate(service, 'spec.ports'),
            text: `port 53 for ${spoken.join(', ') || 'no protocol'}`,
          },
        ],
        remedy: {
          text: `add port 53 with protocol ${protocol}`,
          commands: [
            `kubectl -n ${namespace} patch service ${name} --type=json -p '[{"op":"add","path":"/spec/ports/-","value":{"name":"dns${isUdp ? '' : '-tcp'}","port":53,"protocol":"${protocol}","targetPort":53}}]'`,
          ],
        },
      };
    }
  },
});
