import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plumb } from '../../src/cli/run-fixture.ts';
import type { TraceAnswer } from '../../src/diagnosis/trace-answer.ts';

interface Flow {
  readonly name: string;
  readonly sourceIP: string;
  readonly destIP: string;
  readonly destPort: number;
  readonly protocol: string;
  readonly expectOutput: string;
  readonly masq: boolean;
}

const here = import.meta.dirname;
const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => flowsOf(name).length > 0);

function flowsOf(name: string): Flow[] {
  return JSON.parse(readFileSync(`${here}/${name}/flows.json`, 'utf8')) as Flow[];
}

/** Upstream's word for the answer: the endpoints in order, REJECT, DROP, or nothing where the destination stays. */
function outputOf(outcomes: TraceAnswer['outcomes'], untouched: string): string {
  const words = outcomes.map(({ result, destination }) =>
    result === 'rejected' ? 'REJECT' : result === 'dropped' ? 'DROP' : destination,
  );
  return words.length === 1 && words[0] === untouched ? '' : words.join(', ');
}

// Nothing but the rules and the objects is there: no Node, no pod, no route, no interface.
describe.each(cases)('plumb trace --from %s', (name) => {
  const folder = `${here}/${name}`;
  const files = readdirSync(folder).filter((file) => /^(rules|derived)/.test(file));

  describe.each(files)('%s', (file) => {
    test.each(flowsOf(name))('$name', async ({ sourceIP, destIP, destPort, protocol, expectOutput, masq }) => {
      const to = `${destIP}:${destPort}/${protocol.toLowerCase()}`;
      const from = `--from ${folder}/objects.json --from ${folder}/${file}`;
      const { stdout, exitCode } = await plumb(`trace ${from} --src ${sourceIP} --dst ${to} -o json`);
      const { outcomes, verdict } = JSON.parse(stdout) as TraceAnswer;
      expect(outputOf(outcomes, `${destIP}:${destPort}`)).toBe(expectOutput);
      for (const { probability, sourceNat, endpoint, destination } of outcomes) {
        expect(sourceNat).toBe(masq ? 'masquerade' : 'none');
        expect(probability[0]).toBeCloseTo(1 / outcomes.length, 8);
        expect(probability[1]).toBe(probability[0]);
        if (/\d/.test(expectOutput)) expect(endpoint).toBe(destination);
      }
      // Where the reply goes is not known without routes: nothing that is delivered may be called broken.
      const isRefused = expectOutput === 'REJECT' || expectOutput === 'DROP';
      expect([verdict, exitCode]).toEqual(
        isRefused ? ['broken', 1] : verdict === 'healthy' ? ['healthy', 0] : ['unknown', 2],
      );
    });
  });
});
