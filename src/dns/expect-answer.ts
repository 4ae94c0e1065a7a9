import { type Ip, formatIp } from '../model/address.ts';
import type { DnsRecord, ExpectedAnswer, RecordType } from './answer.ts';

/** A Service as DNS sees it. */
export interface NamedService {
  readonly namespace: string;
  readonly name: string;
  /** Its cluster addresses; empty for headless Services and ExternalName. */
  readonly addresses: readonly Ip[];
  readonly externalName?: string;
  readonly ports: readonly NamedPort[];
  /** Ready endpoints of a headless Service; undefined for others. */
  readonly endpoints?: readonly NamedEndpoint[];
}

/** A port that may have an SRV record; `protocol` lower case. */
export interface NamedPort {
  readonly name?: string;
  readonly protocol: string;
  readonly port: number;
}

/** An endpoint of a headless Service. */
export interface NamedEndpoint {
  readonly address: Ip;
  readonly hostname?: string;
  readonly ports: readonly NamedPort[];
}

/** All that a cluster's zone is made of. */
export interface ZoneContents {
  /** Lower case, without trailing dot: `cluster.local`. */
  readonly zone: string;
  readonly services: readonly NamedService[];
  readonly namespaces: readonly string[];
}

/**
 * What `name` should answer to a question for `type`. *Source:* Kubernetes DNS-Based Service Discovery 1.1.0; for what it
 * leaves open (endpoints without hostname, names between), CoreDNS plugin `kubernetes`. *Limits:* pod records only for `A`; no TXT.
 */
export function expectAnswer(contents: ZoneContents, name: string, type: RecordType): ExpectedAnswer {
  const { zone } = contents;
  const own = name.toLowerCase().replace(/\.$/, '');
  const reverse = reverseAddress(own);
  if (reverse !== undefined) return expectReverse(contents, own, reverse, type);
  if (own !== zone && !own.endsWith(`.${zone}`))
    return { by: 'upstream', rcode: 'NOERROR', records: [], because: `${own} is not in the zone ${zone}` };
  const labels = own === zone ? [] : own.slice(0, -zone.length - 1).split('.');
  const kind = labels.pop();
  if (kind === undefined) return empty(`${zone} is the zone`);
  if (kind === 'pod') return expectPod(contents, labels, type);
  if (kind !== 'svc') return absent(`${kind} is neither svc nor pod`);
  const namespace = labels.pop();
  if (namespace === undefined) return empty('svc holds the namespaces');
  const service = labels.pop();
  if (service === undefined)
    return contents.namespaces.includes(namespace)
      ? empty(`namespace ${namespace} holds its Services`)
      : absent(`there is no namespace ${namespace}`);
  const found = contents.services.find((each) => each.namespace === namespace && each.name === service);
  if (found === undefined) return absent(`there is no Service ${namespace}/${service}`);
  return expectService(found, labels, `${service}.${namespace}.svc.${zone}`, type);
}

function expectService(
  service: NamedService,
  labels: readonly string[],
  own: string,
  type: RecordType,
): ExpectedAnswer {
  const subject = `Service ${service.namespace}/${service.name}`;
  const [first, second] = labels;
  if (service.externalName !== undefined) {
    const record = { type: 'CNAME' as const, data: service.externalName.toLowerCase().replace(/\.$/, '') };
    return labels.length === 0
      ? answer([record], `externalName of ${subject}`)
      : absent(`${subject} is an ExternalName`);
  }
  if (first?.startsWith('_') && second?.startsWith('_') && labels.length === 2)
    return expectServers(service, first.slice(1), second.slice(1), own, type);
  const { endpoints } = service;
  if (endpoints === undefined) {
    if (labels.length > 0)
      return absent(`only endpoints of a headless Service have names, and ${subject} has an address`);
    return answer(addressRecords(service.addresses, type), `ClusterIP of ${subject}`);
  }
  if (labels.length > 1) return absent(`${subject} has no such name`);
  const named = endpoints.filter((endpoint) => first === undefined || hostOf(endpoint) === first);
  const what =
    first === undefined
      ? `ready endpoints of headless ${subject}`
      : `endpoint ${first} of headless ${subject}`;
  if (named.length === 0) return absent(`there are no ${what}`);
  return answer(
    addressRecords(
      named.map(({ address }) => address),
      type,
    ),
    what,
  );
}

/** `_http._tcp.web…`: the port by its name; one record a ready endpoint where the Service is headless. */
function expectServers(
  { endpoints, ports, namespace, name }: NamedService,
  port: string,
  protocol: string,
  own: string,
  type: RecordType,
): ExpectedAnswer {
  const isAsked = (each: NamedPort): boolean => each.name === port && each.protocol === protocol;
  const servers =
    endpoints === undefined
      ? ports.filter(isAsked).map((each) => `${each.port} ${own}`)
      : endpoints.flatMap((endpoint) =>
          endpoint.ports.filter(isAsked).map((each) => `${each.port} ${hostOf(endpoint)}.${own}`),
        );
  const subject = `Service ${namespace}/${name}`;
  if (servers.length === 0) return absent(`${subject} has no port named ${port} for ${protocol}`);
  const records = servers.map((data) => ({ type: 'SRV' as const, data }));
  return answer(type === 'SRV' ? records : [], `port ${port} of ${subject}`);
}

function expectReverse(
  { services, zone }: ZoneContents,
  name: string,
  address: string,
  type: RecordType,
): ExpectedAnswer {
  const names = services.flatMap((service) => {
    const own = `${service.name}.${service.namespace}.svc.${zone}`;
    const isOwn = service.addresses.some((each) => formatIp(each) === address);
    const hosts = (service.endpoints ?? [])
      .filter((endpoint) => endpoint.hostname !== undefined && formatIp(endpoint.address) === address)
      .map((endpoint) => `${hostOf(endpoint)}.${own}`);
    return isOwn ? [own, ...hosts] : hosts;
  });
  if (names.length === 0)
    return { by: 'upstream', rcode: 'NXDOMAIN', records: [], because: `${name} is no address of a Service` };
  const records = names.map((data) => ({ type: 'PTR' as const, data }));
  return answer(type === 'PTR' ? records : [], `who has ${address}`);
}

/** `10-244-1-9.shop.pod…`: CoreDNS answers it without looking (`pods insecure`), or not at all; only the first is promised. */
function expectPod(
  { namespaces }: ZoneContents,
  labels: readonly string[],
  type: RecordType,
): ExpectedAnswer {
  const namespace = labels.at(-1);
  if (namespace === undefined) return empty('pod holds the namespaces');
  if (!namespaces.includes(namespace)) return absent(`there is no namespace ${namespace}`);
  const address = /^\d+-\d+-\d+-\d+$/.test(labels[0] ?? '') ? labels[0]?.replaceAll('-', '.') : undefined;
  if (labels.length === 1) return empty(`namespace ${namespace} holds its pods`);
  if (address === undefined || labels.length > 2)
    return absent('names of pods are their addresses with dashes');
  return answer(type === 'A' ? [{ type: 'A', data: address }] : [], 'the address in the name');
}

/** The name of an endpoint: its hostname, else its address with dashes, as CoreDNS calls it. */
function hostOf({ hostname, address }: NamedEndpoint): string {
  return hostname ?? formatIp(address).replaceAll(/[.:]/g, '-');
}

function addressRecords(addresses: readonly Ip[], type: RecordType): DnsRecord[] {
  return addresses.flatMap((address): DnsRecord[] => {
    const own = typeof address === 'number' ? 'A' : 'AAAA';
    return own === type ? [{ type: own, data: formatIp(address) }] : [];
  });
}

/** `7.0.96.10.in-addr.arpa` → `10.96.0.7`; undefined where it is no reverse name. */
function reverseAddress(name: string): string | undefined {
  const v4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (v4) return v4.slice(1).reverse().join('.');
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (v6 === undefined) return undefined;
  return formatIp(BigInt(`0x${v6.replaceAll('.', '').split('').reverse().join('')}`));
}

function answer(records: readonly DnsRecord[], because: string): ExpectedAnswer {
  const sorted = [...new Map(records.map((record) => [record.data, record])).values()].sort((a, b) =>
    a.data < b.data ? -1 : 1,
  );
  return { by: 'cluster', rcode: 'NOERROR', records: sorted, because };
}

function empty(because: string): ExpectedAnswer {
  return answer([], because);
}

function absent(because: string): ExpectedAnswer {
  return { by: 'cluster', rcode: 'NXDOMAIN', records: [], because };
}
