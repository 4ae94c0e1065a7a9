import type { Node } from './kubernetes/objects.ts';

/** A kernel's version, as far as two kernels are compared. */
export type KernelVersion = readonly [major: number, minor: number, patch: number];

/** The version of the kernel that a Node object tells; undefined where none is told. *Limits:* distributions bring fixes to older kernels. */
export function kernelOf(node: Node | undefined): KernelVersion | undefined {
  const told = node?.status.nodeInfo?.kernelVersion;
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(told ?? '') ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch ?? 0)];
}

/** Whether `version` is older than `other`. */
export function isBefore(version: KernelVersion, other: KernelVersion): boolean {
  const index = version.findIndex((part, at) => part !== other[at]);
  return index >= 0 && (version[index] ?? 0) < (other[index] ?? 0);
}
