import type { RuleReference } from '../dataplane/walk/trace.ts';
import { wayTo } from '../kubeproxy/way/way-of.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Bench } from './bench.ts';
import { followWay, leaderTo, passedRules, wayClientOf } from './follow-way.ts';

/** The rule that leads packets to `target` by a chain that is not the frontend's: the last one on their way that is of the Service or before; `translator` where it is the frontend's. */
export function ledAstray(
  bench: Bench,
  target: Endpoint,
  translator: RuleReference | undefined,
): RuleReference | undefined {
  const { world, node, mode, expectation } = bench;
  const rules = world.nodeStates.get(node);
  if (rules === undefined || translator === undefined || mode === 'ipvs') return translator;
  const client = wayClientOf(bench);
  const ends = expectation.endpoints.map((endpoint) => wayTo(rules, mode, client, endpoint).at(-1)?.at.chain);
  if (ends.includes(translator.chain)) return translator;
  const passed = passedRules(
    bench,
    ({ destination }) => destination.address === target.address && destination.port === target.port,
  );
  const followed = followWay(wayTo(rules, mode, client), passed);
  if (followed && !followed.isToTheEnd) return { ...followed.at, node };
  return leaderTo(translator.chain, passed) ?? translator;
}
