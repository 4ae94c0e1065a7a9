import type { Service } from '../world/kubernetes/objects.ts';

/** Whether `asked` (a number, NodePort or name, as text or number) is one of the Service's ports. */
export function hasPort({ ports = [] }: Service['spec'], asked: number | string): boolean {
  return ports.some(
    ({ name, port, nodePort }) =>
      port === Number(asked) || name === String(asked) || nodePort === Number(asked),
  );
}
