import { findService, slicesOf } from '../../intent/service-index.ts';
import { isRead } from '../../world/is-read.ts';
import { readNodeLocalDns } from '../../world/node-local-dns.ts';
import { type Check, defineCheck } from '../check.ts';

/** Where the address of the upstream Service is filled in. *Source:* kubernetes/dns cmd/node-cache/app/configmap.go. */
const PLACEHOLDER = '__PILLAR__CLUSTER__DNS__';

/** NodeLocal DNS asks a Service that leads to no DNS server. */
export const cacheUpstream: Check = defineCheck({
  id: 'dns/cache-upstream',
  asserts: 'the Service that NodeLocal DNS asks leads to a DNS server',
  faults: ['D17'],
  needs: ['pods', 'services', 'endpointSlices'],
  isClusterWide: true,
  *run({ world }) {
    const { pods, upstream, configMap } = readNodeLocalDns(world);
    const [pod] = pods;
    const corefile = configMap?.data?.['Corefile'];
    // A Corefile may name servers itself.
    if (!pod || !upstream || (corefile !== undefined && !corefile.includes(PLACEHOLDER))) return;
    const { namespace, name } = upstream;
    if (!isRead(world, 'services', namespace) || !isRead(world, 'endpointslices', namespace)) return;
    const service = findService(world, `${namespace}/${name}`);
    const endpoints = service ? slicesOf(world, service).flatMap((slice) => slice.endpoints) : [];
    if (endpoints.some(({ conditions }) => conditions?.ready !== false)) return;
    yield {
      severity: corefile === undefined ? 'warning' : 'error',
      subject: `Service ${namespace}/${name}`,
      share: corefile === undefined ? [0, 1] : [1, 1],
      summary: `names that NodeLocal DNS does not keep are lost: it asks ${namespace}/${name}, ${service === undefined ? 'which does not exist' : 'which leads to no server that is ready'}`,
      evidence: [
        { ...world.locate(pod, 'spec.containers'), text: `${pod.metadata.name}: -upstreamsvc ${name}` },
        ...(configMap
          ? [{ ...world.locate(configMap, 'data.Corefile'), text: `forward . ${PLACEHOLDER}` }]
          : []),
        ...(service
          ? [
              {
                ...world.locate(service, 'spec.selector'),
                text: `selector ${JSON.stringify(service.spec.selector ?? {})}, ${endpoints.length} endpoints, none ready`,
              },
            ]
          : []),
      ],
      remedy: {
        text:
          service === undefined
            ? 'create the Service with the labels of the DNS pods as its selector, then start NodeLocal DNS anew'
            : 'let its selector be the labels of the DNS pods',
        commands: [`kubectl -n ${namespace} get service,endpointslices,pods --show-labels`],
      },
    };
  },
});
