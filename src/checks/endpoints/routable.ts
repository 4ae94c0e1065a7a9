import { slicesOf } from '../../intent/service-index.ts';
import { parseIp } from '../../model/address.ts';
import { cidrContains, parseCidr } from '../../model/cidr.ts';
import { clusterIpsOf } from '../../world/cluster-ips.ts';
import { type Check, defineCheck } from '../check.ts';

const NEVER = ['127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '::1/128', 'fe80::/10', 'ff00::/8'].flatMap(
  (text) => parseCidr(text) ?? [],
);

/** An endpoint's address is one that no packet can be sent on to: loopback, link-local, or another Service's. */
export const routable: Check = defineCheck({
  id: 'endpoints/routable',
  asserts: 'endpoints have addresses that packets can be sent on to',
  faults: ['E10'],
  explains: ['rules/refused-although-ready', 'rules/endpoint-missing'],
  needs: ['service', 'endpointSlices', 'services'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const vips = clusterIpsOf(world);
    const all = slicesOf(world, service).flatMap(({ endpoints }) =>
      endpoints.flatMap(({ addresses }) => addresses),
    );
    for (const slice of slicesOf(world, service)) {
      const bad = slice.endpoints
        .flatMap(({ addresses }) => addresses)
        .filter((text) => isNever(text) || vips.has(text));
      const [first] = bad;
      if (first === undefined) continue;
      const { namespace, name } = service.metadata;
      const whose = vips.get(first);
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        share: [bad.length / all.length, bad.length / all.length],
        summary: `${bad.join(', ')} in slice ${slice.metadata.name} ${whose === undefined ? 'is a loopback, link-local or multicast address' : `is the ClusterIP of ${whose}`}, which a node cannot send on to`,
        evidence: [{ ...world.locate(slice, 'endpoints'), text: bad.join(', ') }],
        remedy: {
          text: 'name the address of the machine or pod that serves',
          commands: [`kubectl -n ${namespace} edit endpointslice ${slice.metadata.name}`],
        },
      };
    }
  },
});

function isNever(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && NEVER.some((range) => cidrContains(range, address));
}
