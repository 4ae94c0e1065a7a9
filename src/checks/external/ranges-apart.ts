import { type Ip, formatIp, parseIp } from '../../model/address.ts';
import { type Cidr, cidrContains, formatCidr, parseCidr } from '../../model/cidr.ts';
import type { Node } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';

/** Ranges that must be apart overlap: pods, Services and machines get each other's packets. */
export const rangesApart: Check = defineCheck({
  id: 'external/ranges-apart',
  asserts: 'the ranges of pods, Services and nodes do not overlap',
  faults: ['R06', 'R05', 'N12'],
  needs: ['nodes', 'services'],
  isClusterWide: true,
  *run({ world }) {
    const pods = world.nodes.flatMap((node) =>
      [...new Set([node.spec.podCIDR ?? '', ...(node.spec.podCIDRs ?? [])])].flatMap((text) =>
        parseCidr(text) ? [{ node, cidr: parseCidr(text)! }] : [],
      ),
    );
    const services = sortByAddress(
      world.services.flatMap((service) =>
        ipsOf([service.spec.clusterIP ?? '', ...(service.spec.clusterIPs ?? [])]).map((address) => ({
          address,
          owner: service,
        })),
      ),
    );
    const machines = sortByAddress(
      world.nodes.flatMap((node) =>
        ipsOf((node.status.addresses ?? []).map(({ address }) => address)).map((address) => ({
          address,
          owner: node,
        })),
      ),
    );
    const twins = overlapping(pods);
    for (const each of pods) {
      const { node, cidr } = each;
      const service = ownerIn(services, cidr);
      const machine = ownerIn(machines, cidr);
      const twin = twins.get(each);
      const what = service
        ? `ClusterIP ${service.spec.clusterIP} of ${service.metadata.namespace}/${service.metadata.name}`
        : machine
          ? `node ${machine.metadata.name}`
          : twin
            ? `the pod range ${formatCidr(twin.cidr)} of ${twin.node.metadata.name}`
            : undefined;
      if (what === undefined) continue;
      yield {
        severity: 'warning',
        subject: `Node ${node.metadata.name}`,
        node: node.metadata.name,
        faults: service || machine ? ['R06'] : ['N12', 'R06'],
        summary: `the pod range ${formatCidr(cidr)} of ${node.metadata.name} overlaps ${what}`,
        evidence: [
          { ...world.locate(node, 'spec.podCIDR'), text: `podCIDR ${formatIp(cidr.first)}/${cidr.prefix}` },
        ],
        remedy: {
          text: 'plan the ranges anew; they cannot be changed in place',
          commands: [
            'kubectl get nodes -o custom-columns=NAME:.metadata.name,PODS:.spec.podCIDR,ADDRESS:.status.addresses[0].address',
          ],
        },
      };
    }
  },
});

interface Owned<T> {
  readonly address: Ip;
  readonly owner: T;
}

/** IPv4 before IPv6. */
function compare(a: Ip, b: Ip): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortByAddress<T>(owned: Owned<T>[]): readonly Owned<T>[] {
  return owned.sort((a, b) => compare(a.address, b.address));
}

/** Who has the first address inside `cidr`; there may be thousands of ranges and tens of thousands of addresses. */
function ownerIn<T>(sorted: readonly Owned<T>[], cidr: Cidr): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare((sorted[middle] as Owned<T>).address, cidr.first) < 0) low = middle + 1;
    else high = middle;
  }
  const first = sorted[low];
  return first !== undefined && cidrContains(cidr, first.address) ? first.owner : undefined;
}

interface PodRange {
  readonly node: Node;
  readonly cidr: Cidr;
}

/** For each range that overlaps another node's, such another: of ranges in order, one that begins inside an earlier one. */
function overlapping(ranges: readonly PodRange[]): ReadonlyMap<PodRange, PodRange> {
  const twins = new Map<PodRange, PodRange>();
  const open: PodRange[] = [];
  for (const range of ranges.toSorted(
    (a, b) => compare(a.cidr.first, b.cidr.first) || a.cidr.prefix - b.cidr.prefix,
  )) {
    while (open.length > 0 && !cidrContains((open.at(-1) as PodRange).cidr, range.cidr.first)) open.pop();
    const other = open.find(({ node }) => node !== range.node);
    if (other) {
      twins.set(range, other);
      if (!twins.has(other)) twins.set(other, range);
    }
    open.push(range);
  }
  return twins;
}

function ipsOf(texts: readonly string[]): Ip[] {
  return texts.flatMap((text) => parseIp(text) ?? []);
}
