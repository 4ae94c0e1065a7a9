import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** The cluster addresses of Services as the API writes them, each with its Service as `namespace/name`. */
export const clusterIpsOf: (world: World) => ReadonlyMap<string, string> = perWorld(
  ({ services }) =>
    new Map(
      services.flatMap(({ metadata, spec }) =>
        [spec.clusterIP ?? '', ...(spec.clusterIPs ?? [])].map((vip): [string, string] => [
          vip,
          `${metadata.namespace}/${metadata.name}`,
        ]),
      ),
    ),
);
