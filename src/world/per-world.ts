import type { World } from './world.ts';

/** `compute`, asked once of each world: every Service of an audit would ask again. */
export function perWorld<T>(compute: (world: World) => T): (world: World) => T {
  const known = new WeakMap<World, { readonly value: T }>();
  return (world) => {
    let found = known.get(world);
    if (found === undefined) known.set(world, (found = { value: compute(world) }));
    return found.value;
  };
}
