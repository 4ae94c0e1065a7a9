import type { Expectation } from '../intent/expectation.ts';
import type { ProxyMode } from '../world/kube-proxy-state.ts';
import type { World } from '../world/world.ts';
import type { Discrepancy } from './discrepancy.ts';
import { ownerOfRule } from './seen-outcome.ts';

/** What a judge needs beside the outcomes. */
export interface Bench {
  readonly world: World;
  readonly expectation: Expectation;
  /** The node whose rules should keep the promise. */
  readonly node: string;
  readonly mode: ProxyMode;
}

/** What a judge says; the rest follows from the bench. */
export type Charge = Pick<Discrepancy, 'kind' | 'summary'> &
  Partial<Pick<Discrepancy, 'node' | 'at' | 'owner' | 'endpoint' | 'share' | 'unknowns'>>;

/** A discrepancy of the bench's promise. The node at fault is that of the rule, else the one that should have kept the promise. */
export function charge({ expectation, node }: Bench, charged: Charge): Discrepancy {
  const owner = charged.owner ?? ownerOfRule(charged.at);
  return {
    expectation,
    node: charged.at?.node ?? node,
    share: [1, 1],
    unknowns: [],
    ...charged,
    ...(owner === undefined ? {} : { owner }),
  };
}
