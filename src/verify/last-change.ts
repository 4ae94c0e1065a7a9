import { findService, slicesOf } from '../intent/service-index.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

const known = perWorld(() => new Map<string, number | undefined>());

/** Unix seconds of the last change of Service `namespace/name` or its endpoints that the objects tell of; undefined where they tell none. */
export function lastChange(world: World, name: string): number | undefined {
  const ofWorld = known(world);
  if (!ofWorld.has(name)) ofWorld.set(name, findLastChange(world, name));
  return ofWorld.get(name);
}

function findLastChange(world: World, name: string): number | undefined {
  const service = findService(world, name);
  if (service === undefined) return undefined;
  const times = slicesOf(world, service).flatMap(({ metadata }) => [
    metadata.annotations?.[TRIGGER],
    metadata.creationTimestamp,
  ]);
  const pods = new Set(
    slicesOf(world, service).flatMap(({ endpoints }) => endpoints.map(({ targetRef }) => targetRef?.uid)),
  );
  const podTimes = world.pods
    .filter(({ metadata }) => metadata.uid !== undefined && pods.has(metadata.uid))
    .flatMap(({ metadata, status }) => [
      metadata.deletionTimestamp,
      ...(status.conditions ?? [])
        .filter(({ type }) => type === 'Ready')
        .map(({ lastTransitionTime }) => lastTransitionTime),
    ]);
  const seconds = [service.metadata.creationTimestamp, ...times, ...podTimes]
    .map(secondsOf)
    .filter((time) => time !== undefined);
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

/** Unix seconds of an RFC 3339 time; undefined where it is none. */
export function secondsOf(time: string | undefined): number | undefined {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
