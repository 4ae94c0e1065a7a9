import type { NodeState } from '../dataplane/node-state.ts';
import type { Ip } from '../model/address.ts';

/** The interface on which kube-proxy in IPVS mode puts the addresses of Services. *Source:* kubernetes pkg/proxy/ipvs/proxier.go, `defaultDummyDevice`. */
export const DUMMY = 'kube-ipvs0';

/** Whether a node has `address` on that interface. */
export function isOnDummy({ links = [] }: Pick<NodeState, 'links'>, address: Ip): boolean {
  return links.some(
    ({ name, addresses }) => name === DUMMY && addresses.some((each) => each.address === address),
  );
}
