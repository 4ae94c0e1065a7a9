import type { ClientFilter } from '../intent/vantages-of.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';

/** The pod that is asked about as the client, by `NAME` or `NAMESPACE/NAME`; undefined where none is named or it was not read. */
export function clientPod({ pods }: World, from: ClientFilter | undefined): Pod | undefined {
  const asked = from?.pod;
  if (asked === undefined) return undefined;
  return pods.find(({ metadata: { namespace, name } }) => asked === name || asked === `${namespace}/${name}`);
}
