import { parseIpset } from '../dataplane/ipvs/parse-ipset.ts';
import { parseIpvsadm } from '../dataplane/ipvs/parse-ipvsadm.ts';
import type { NodeState } from '../dataplane/node-state.ts';
import type { IpvsState } from '../kubeproxy/write-ipvs.ts';
import { type Ip, type IpFamily, familyOf } from '../model/address.ts';
import { DUMMY } from './ipvs-dummy.ts';

type Links = NonNullable<NodeState['links']>;
type Routes = NonNullable<NodeState['routes']>;

/** `state` with what kube-proxy in IPVS mode would have written for `family`; what was not read stays unread. */
export function withIpvs(state: NodeState, written: IpvsState, family: IpFamily, path: string): NodeState {
  const source = (content: string) => ({ path, bytes: new TextEncoder().encode(content) });
  const sets = parseIpset(source(written.ipset)).items;
  const servers = parseIpvsadm(source(written.ipvsadm)).items;
  return {
    ...state,
    ipsets: new Map([...state.ipsets, ...sets.map((set) => [set.name, set] as const)]),
    ...(state.ipvs
      ? { ipvs: [...state.ipvs.filter(({ address }) => isOther(address, family)), ...servers] }
      : {}),
    ...(state.links ? { links: withDummy(state.links, written.addresses, family) } : {}),
    ...(state.routes ? { routes: withLocal(state.routes, written.addresses, family) } : {}),
  };
}

/** Whether kube-proxy’s rules of `family` leave this alone; servers by firewall mark are of no family. */
function isOther(address: Ip | undefined, family: IpFamily): boolean {
  return address === undefined || familyOf(address) !== family;
}

function withDummy(links: Links, addresses: readonly Ip[], family: IpFamily): Links {
  const bound = addresses.map((address) => ({ address, prefix: prefixOf(address), scope: 'global' }));
  return links.map((link) =>
    link.name === DUMMY
      ? {
          ...link,
          addresses: [...link.addresses.filter(({ address }) => isOther(address, family)), ...bound],
        }
      : link,
  );
}

/** An address on an interface is local: the kernel keeps a route for it, as long as it is there. */
function withLocal(before: Routes, addresses: readonly Ip[], family: IpFamily): Routes {
  const wanted = new Set(addresses);
  const routes = before.filter(
    ({ type, device, destination: { first } }) =>
      type !== 'local' || device !== DUMMY || isOther(first, family) || wanted.has(first),
  );
  const known = new Set(
    routes.flatMap(({ type, destination }) => (type === 'local' ? [destination.first] : [])),
  );
  const missing = addresses.filter((address) => !known.has(address));
  return [
    ...routes,
    ...missing.map((address) => ({
      destination: { first: address, prefix: prefixOf(address) },
      type: 'local' as const,
      table: 'local',
      device: DUMMY,
      metric: 0,
      line: 0,
    })),
  ];
}

function prefixOf(address: Ip): number {
  return familyOf(address) === 'IPv4' ? 32 : 128;
}
