import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unpackRecording } from '../lab/evidence/pack.ts';
import { readExpected } from '../lab/score/expected.ts';
import { investigateService } from '../src/investigate.ts';
import { parseService } from '../src/cli/parse-service.ts';
import { byKey } from '../src/model/by-key.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import type { Snapshot } from '../src/snapshot/snapshot.ts';
import { readAs } from './changed-recording.ts';

// What was read, told otherwise: lists are in no order, kube-proxy writes the rules of its Services in any, and texts are copied by all kinds of programs. The answer is the same.

const folders = ['recordings/', '../lab/recordings/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const found = folders.flatMap((folder) => readdirSync(folder).map((name) => ({ name, path: folder + name })));

type Change = (text: string, path: string) => string;

/** Objects of a list, and members of an object, the other way round. */
const turned: Change = (text, path) => {
  if (!/cluster\/\w+\.json$/.test(path)) return text;
  const list = JSON.parse(text) as { items?: unknown[] };
  return JSON.stringify(turn({ ...list, ...(list.items && { items: [...list.items].reverse() }) }));
};

function turn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turn(member)]),
  );
}

/** Chains the other way round, the rules of different Services as well, each with other counters; lines end as on Windows, but for the last, which does not end. */
const copied: Change = (text, path) => {
  const lines = /ip6?tables-save/.test(path)
    ? text
        .split(/(?<=^COMMIT\n)/m)
        .map(rewrite)
        .join('')
    : text;
  return lines.replace(/\n+$/, '').replaceAll('\n', '\r\n');
};

function rewrite(table: string): string {
  const [head = '', ...rest] = table.split(/^(?=:)/m);
  if (rest.length === 0) return table;
  const lines = rest.join('').split('\n');
  const chains = lines.filter((line) => line.startsWith(':'));
  const byChain = byKey(
    lines.filter((line) => /^(\[\d+:\d+\] )?-A/.test(line)),
    (line) => /-A (\S+)/.exec(line)?.[1] ?? '',
  );
  const rules = [...byChain].reverse().flatMap(([chain, own]) => {
    if (chain !== 'KUBE-SERVICES') return own;
    const isExact = (line: string): boolean => / -d \S+\/(32|128) /.test(line);
    return [...own.filter(isExact).reverse(), ...own.filter((line) => !isExact(line))];
  });
  const counted = rules
    .map((line) => line.replace(/^\[\d+:\d+\] /, ''))
    .map((line, index) => `[${index}:${60 * index}] ${line}`);
  return [head + chains.reverse().join('\n'), ...counted, ...lines.slice(lines.indexOf('COMMIT'))].join('\n');
}

const changed = (snapshot: Snapshot, change: Change): Snapshot => ({
  ...snapshot,
  sources: snapshot.sources.map((source) => ({
    ...source,
    ...readAs(source.path, change(new TextDecoder().decode(source.bytes), source.path)),
  })),
});

/** All that must not depend on the order; words name examples, of which any will do. */
function answerTo(snapshot: Snapshot, question: Parameters<typeof investigateService>[1]) {
  const { verdict, causes, findings, notChecked } = investigateService(snapshot, question);
  return {
    verdict,
    causes: causes.map(({ check, faults, proof, nodes }) => [check, faults, proof, [...nodes].sort()]),
    // Which node stands for those next to the one at fault is of no interest.
    findings: findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ check, severity, node }) => `${check} ${severity} ${node ?? ''}`)
      .sort(),
    notChecked: notChecked.map(({ what }) => what).sort(),
  };
}

it.each(found)(
  '$name gets the same answer, whatever the order',
  { timeout: 120_000 },
  async ({ name, path }) => {
    const folder = path.endsWith('.tgz')
      ? await unpackRecording(path, mkdtempSync(`${tmpdir()}/order-`))
      : path;
    const [word = '', , namespace = ''] = readExpected(folder)?.words ?? [];
    const question = { ...parseService(word), namespace };
    expect(question.name, name).toBeTruthy();
    const snapshot = await readBundle([folder]);
    const answer = answerTo(snapshot, question);
    expect(answerTo(changed(snapshot, turned), question)).toEqual(answer);
    expect(answerTo(changed(snapshot, copied), question)).toEqual(answer);
  },
);
