import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { plumb } from '../src/cli/run-fixture.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const ajv = new Ajv2020();

/** The JSON Schemas as they are shipped, against what the program really prints. */
const validators = Object.fromEntries(
  ['check', 'audit', 'trace', 'explain'].map((name) => [
    name,
    ajv.compile(JSON.parse(readFileSync(`${here}../schemas/${name}.v1.schema.json`, 'utf8')) as object),
  ]),
);

describe.each(readdirSync(`${here}recordings`))('-o json on %s', (name) => {
  const from = `--from ${here}recordings/${name} -o json`;
  const pod = 'pod/shop/client-a';

  it.each([
    ['check', `svc/web -n shop ${from}`],
    ['check', `svc/web -n shop -v ${from}`],
    ['check', `svc/no-such -n shop ${from}`],
    ['check', `svc/upstream -n shop ${from}`],
    ['audit', `audit -A ${from}`],
    ['trace', `trace --src ${pod} --dst svc/shop/web:80 ${from}`],
    ['trace', `trace --src node/node-b --dst svc/shop/echo ${from}`],
    ['trace', `trace --src 192.168.90.50 --dst 192.168.90.11:30080 --node node-a ${from}`],
    ['trace', `trace --src ${pod} --dst 10.96.0.77:81/udp ${from}`],
  ])('is a valid %s document: %s', async (kind, line) => {
    const { stdout, stderr } = await plumb(line);
    expect(stderr).toBe('');
    const validate = validators[kind];
    const document: unknown = JSON.parse(stdout);
    expect(validate?.(document), JSON.stringify(validate?.errors)).toBe(true);
  });

  it('traces to outcomes whose shares sum to 1, in order', async () => {
    const { stdout } = await plumb(`trace --src ${pod} --dst svc/shop/web:80 ${from}`);
    const { outcomes } = JSON.parse(stdout) as {
      outcomes: { probability: [number, number]; destination: string }[];
    };
    const sum = outcomes.reduce((total, { probability }) => total + probability[0], 0);
    expect(sum).toBeCloseTo(1, 6);
    const destinations = outcomes.map(({ destination }) => destination);
    expect(destinations).toEqual([...destinations].sort());
  });
});

describe('explain', () => {
  it('is a valid document, with a page for every check', async () => {
    const { stdout } = await plumb('explain -o json');
    const document = JSON.parse(stdout) as { page: string }[];
    expect(validators['explain']?.(document)).toBe(true);
    expect(document.filter(({ page }) => page === '')).toEqual([]);
  });
});
