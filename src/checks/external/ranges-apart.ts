import { type Ip, formatIp, parseIp } from '../../model/address.ts';
import { cidrContains, cidrsOverlap, formatCidr, parseCidr } from '../../model/cidr.ts';
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
    const services = world.services.map((service) => ({
      service,
      addresses: ipsOf([service.spec.clusterIP ?? '', ...(service.spec.clusterIPs ?? [])]),
    }));
    const machines = world.nodes.map((node) => ({
      node,
      addresses: ipsOf((node.status.addresses ?? []).map(({ address }) => address)),
    }));
    for (const { node, cidr } of pods) {
      const isIn = ({ addresses }: { readonly addresses: readonly Ip[] }): boolean =>
        addresses.some((address) => cidrContains(cidr, address));
      const service = services.find(isIn)?.service;
      const machine = machines.find(isIn)?.node;
      const twin = pods.find((other) => other.node !== node && cidrsOverlap(other.cidr, cidr));
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

function ipsOf(texts: readonly string[]): Ip[] {
  return texts.flatMap((text) => parseIp(text) ?? []);
}
