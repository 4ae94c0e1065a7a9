import { flagsOf } from './container-flags.ts';
import type { ConfigMap, Pod } from './kubernetes/objects.ts';
import { perWorld } from './per-world.ts';
import { mountedConfigMaps } from './mounted-config-maps.ts';
import type { World } from './world.ts';

/** NodeLocal DNS of a cluster, as its pods are told to run. *Source:* kubernetes/dns cmd/node-cache/main.go. */
export interface NodeLocalDns {
  readonly pods: readonly Pod[];
  /** Where it listens, as the API writes addresses; also where clusters have it by default. */
  readonly addresses: ReadonlySet<string>;
  /** Where its pods are told to listen. */
  readonly taken: ReadonlySet<string>;
  /** The Service that it asks for names of the cluster; undefined where its arguments name none. */
  readonly upstream?: { readonly namespace: string; readonly name: string };
  /** The Corefile that it mounts, before addresses are filled in; undefined where it was not read. */
  readonly configMap?: ConfigMap;
}

/** *Source:* nodelocaldns.yaml of kubernetes; `nodelocaldns_ip` of kubespray. */
const DEFAULT_ADDRESSES = ['169.254.20.10', '169.254.25.10'];

/** What `world` holds of NodeLocal DNS; no pods where none was seen. */
export const readNodeLocalDns: (world: World) => NodeLocalDns = perWorld(gather);

function gather({ pods, configMaps }: World): NodeLocalDns {
  const own = pods.filter((pod) => flagOf(pod, 'localip') !== undefined);
  const [first] = own;
  const name = first && flagOf(first, 'upstreamsvc');
  const mounted = first ? mountedConfigMaps(first) : [];
  const configMap = configMaps.find(
    ({ metadata, data = {} }) =>
      metadata.namespace === first?.metadata.namespace &&
      mounted.includes(metadata.name) &&
      data['Corefile'] !== undefined,
  );
  const taken = own.flatMap((pod) => flagOf(pod, 'localip')?.split(',') ?? []);
  return {
    pods: own,
    addresses: new Set([...DEFAULT_ADDRESSES, ...taken]),
    taken: new Set(taken),
    ...(first && name !== undefined ? { upstream: { namespace: first.metadata.namespace, name } } : {}),
    ...(configMap ? { configMap } : {}),
  };
}

/** The value of a flag of one of the pod's containers. */
function flagOf({ spec }: Pod, flag: string): string | undefined {
  return spec.containers
    .map(({ command = [], args = [] }) => flagsOf([...command, ...args]).get(flag))
    .find((value) => value !== undefined);
}
