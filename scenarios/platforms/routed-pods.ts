import type { Change, Changes } from '../changed-recording.ts';
import { numberOf } from './add-rules.ts';

/** The last numbers of the addresses that pods have on the node of `path`. */
export function podsOf(path: string): readonly number[] {
  return [[], [11, 12, 13, 14], [11, 12, 13, 14, 15], [11, 12]][numberOf(path)] ?? [];
}

/** How a CNI without a bridge lays the network of a node. */
export interface Layout {
  /** What names of interfaces start with. */
  readonly prefix: string;
  readonly scope: 'link' | 'host';
  /** Whether nodes are the gateways of each other's pods; else the network between them knows the way. */
  readonly isBetweenNodes: boolean;
  /** The address of the node's end of each pair, after the pod range's start. */
  readonly ownAddress?: string;
}

/** A route and an interface for each pod in place of flannel's bridge, with rules as legacy iptables prints them. */
export function routedPods({ prefix, scope, isBetweenNodes, ownAddress }: Layout): Changes {
  const nameOf = (path: string, pod: number): string => `${prefix}${numberOf(path)}${pod}`;
  const addressOf = (path: string): string =>
    ownAddress === undefined
      ? ''
      : `    inet 10.244.${numberOf(path)}.${ownAddress}/32 scope global ${nameOf(path, 0)}\n`;
  return [
    [/nft-ruleset|bridge-link|hairpin|ip-link|ip-neigh/, () => undefined],
    [/\/ip6?tables-save/, asLegacy],
    [/\/iptables-save/, (text) => text.replaceAll(/^.*FLANNEL.*\n/gm, '')],
    [
      /ip-route/,
      (text, path) =>
        [
          ...text
            .split('\n')
            .filter((line) => line !== '' && !/cni0|veth/.test(line))
            .filter((line) => isBetweenNodes || !/^10\.244\.\d+\.0\/24 via/.test(line)),
          ...podsOf(path).map(
            (pod) => `10.244.${numberOf(path)}.${pod} dev ${nameOf(path, pod)} scope ${scope}`,
          ),
          '',
        ].join('\n'),
    ],
    [
      /ip-addr/,
      (text, path) =>
        [
          ...text.split(/^(?=\d+: )/m).filter((block) => !/cni0|veth/.test(block)),
          ...podsOf(path).map(
            (pod) =>
              `${pod + 40}: ${nameOf(path, pod)}@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff\n${addressOf(path)}`,
          ),
        ].join(''),
    ],
  ];
}

/** The dump as legacy iptables prints it: nothing else can then hold rules of nftables that were not read. */
export const asLegacy: Change = (text) =>
  text.replaceAll(/tables-nft-save v(\S+) \(nf_tables\)/g, 'tables-save v$1');
