import type { LabShape } from '../cluster/layout.ts';
import type { Fault } from './fault.ts';
import { faults } from './index.ts';

/** The faults of a list of names, in its order, or all, that a lab of this shape can have. */
export function chooseFaults(names: string, { mode, family }: Pick<LabShape, 'mode' | 'family'>): Fault[] {
  const wanted =
    names === 'all' ? faults : names.split(',').flatMap((name) => faults.find((f) => f.name === name) ?? []);
  return wanted.filter((f) => f.modes.includes(mode) && (f.families?.includes(family) ?? true));
}
