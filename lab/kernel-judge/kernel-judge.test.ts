import fc from '../../src/model/random-fixture.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Frontend } from './frontend.ts';
import { clearRules, judgePackets, loadRuleset } from './judge.ts';
import { JudgeNetwork } from './judge-network.ts';
import { RuleTracer } from './rule-tracer.ts';
import { nftRulesets, packets, rulesets } from './random-ruleset.ts';

// A thousand pairs a front end; KERNEL_JUDGE_RULESETS and KERNEL_JUDGE_SEED ask for more or others.
const RULESETS = Number(process.env['KERNEL_JUDGE_RULESETS'] ?? 100);
const SEED = Number(process.env['KERNEL_JUDGE_SEED'] ?? 1);
const PACKETS = 10;

let judge: JudgeNetwork | undefined;

beforeAll(() => {
  judge = new JudgeNetwork();
});
afterAll(() => {
  judge?.close();
});

describe.each<Frontend>(['iptables-nft', 'iptables-legacy', 'nft'])('%s', (frontend) => {
  test(
    'the kernel goes through the rules that the walk names, in its order, to its end',
    { timeout: 3_600_000 },
    async () => {
      if (judge === undefined) throw new Error('no namespaces');
      const disagreements: string[] = [];
      const tracer = new RuleTracer(judge, frontend);
      const sample = fc.sample(
        fc.tuple(
          frontend === 'nft' ? nftRulesets : rulesets,
          fc.array(packets, { minLength: PACKETS, maxLength: PACKETS }),
        ),
        {
          numRuns: RULESETS,
          seed: SEED,
        },
      );
      for (const [ruleset, sent] of sample) {
        const loaded = loadRuleset(judge, frontend, ruleset);
        disagreements.push(...(await judgePackets(judge, tracer, loaded, sent)));
      }
      tracer.close();
      clearRules(judge, frontend);
      expect(disagreements.slice(0, 3).join('\n')).toBe('');
    },
  );
});
