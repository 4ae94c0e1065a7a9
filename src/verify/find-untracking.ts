import type { RuleReference } from '../dataplane/walk/trace.ts';
import { walk } from '../dataplane/walk/walk.ts';
import type { Bench } from './bench.ts';

/** In the text of a rule that exempts packets from connection tracking. */
export const UNTRACKS: RegExp = /\bNOTRACK\b|--notrack\b|\bnotrack\b/;

/** The rule that takes the client's packet out of connection tracking, so that no nat chain sees it; undefined where none does. */
export function findUntracking({ world, expectation }: Bench): RuleReference | undefined {
  const { frontend, vantage } = expectation;
  const packet = {
    source: vantage.address,
    destination: frontend.address,
    destinationPort: frontend.port,
    protocol: frontend.protocol,
  };
  const { outcomes } = walk(world.network, vantage, packet, { verbose: true, reply: false });
  const rules = outcomes.flatMap(({ steps }) => steps.flatMap(({ rule }) => rule ?? []));
  return rules.find(({ rule }) => UNTRACKS.test(rule));
}
