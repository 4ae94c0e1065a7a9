import type { World } from './world.ts';

/** Whether the kernel that the Node object of `node` tells is older than `major.minor`; undefined where none is told. *Limits:* distributions bring fixes to older kernels. */
export function isKernelBefore(
  { nodes }: World,
  node: string,
  major: number,
  minor: number,
): boolean | undefined {
  const told = nodes.find(({ metadata }) => metadata.name === node)?.status.nodeInfo?.kernelVersion;
  const [, first, second] = /^(\d+)\.(\d+)/.exec(told ?? '') ?? [];
  if (first === undefined) return undefined;
  return Number(first) < major || (Number(first) === major && Number(second) < minor);
}
