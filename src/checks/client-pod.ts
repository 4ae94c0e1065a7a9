import type { ClientFilter } from '../intent/vantages-of.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';

/** Whether an object is the pod that is asked about as the client, by `NAME` or `NAMESPACE/NAME`. */
export function isAskedPod(
  from: ClientFilter | undefined,
  { namespace, name }: { readonly namespace?: string; readonly name?: string },
): boolean {
  const asked = from?.pod;
  return asked !== undefined && (asked === name || asked === `${namespace}/${name}`);
}

/** The pod that is asked about as the client; undefined where none is named or it was not read. */
export function clientPod({ pods }: World, from: ClientFilter | undefined): Pod | undefined {
  return from?.pod === undefined ? undefined : pods.find(({ metadata }) => isAskedPod(from, metadata));
}
