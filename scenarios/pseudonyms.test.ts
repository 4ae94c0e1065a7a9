import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { collectNames } from '../src/pseudonyms/collect-names.ts';
import { nameBook } from '../src/pseudonyms/name-book.ts';
import { pseudonymise } from '../src/pseudonyms/pseudonymise.ts';
import { textOf } from '../src/snapshot/snapshot.ts';
import { parseExpectedAnswer } from './expected-answer.ts';

// The same cluster under other names and addresses gets the same answer, and nothing of the old ones is left.

const folder = fileURLToPath(new URL('recordings/', import.meta.url));
const seed = 'for tests';
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g;

describe.each(readdirSync(folder))('%s under pseudonyms', (name) => {
  const { args } = parseExpectedAnswer(readFileSync(`${folder}${name}/expected.md`, 'utf8'));
  const service = args[0]?.split('/')[1] ?? '';
  const namespace = args[args.indexOf('-n') + 1] ?? '';

  it('gets the same verdict, causes, shares and number of paths', async () => {
    const snapshot = await readBundle([`${folder}${name}`]);
    const other = pseudonymise(snapshot, seed);
    const book = nameBook(seed, collectNames(snapshot.sources));
    const before = investigateService(snapshot, { namespace, name: service });
    const after = investigateService(other, { namespace: book.of(namespace), name: book.of(service) });
    const essence = ({ verdict, causes, counts, paths }: typeof before) => ({
      verdict,
      causes: causes.map(({ check, faults, proof, share, nodes }) => ({
        check,
        faults,
        proof,
        share,
        nodes: nodes.length,
      })),
      counts,
      states: paths.map(({ state }) => state).sort(),
    });
    expect(essence(after)).toEqual(essence(before));
    const tally = (of: typeof snapshot): string[] =>
      auditCluster(of, {})
        .services.map(({ verdict, causes }) => `${verdict} ${causes.map(({ check }) => check).join()}`)
        .sort();
    expect(tally(other)).toEqual(tally(snapshot));
  });

  it('keeps no name, and no address where it was', async () => {
    const snapshot = await readBundle([`${folder}${name}`]);
    const { names, replaceIn } = nameBook(seed, collectNames(snapshot.sources));
    expect(names.length).toBeGreaterThan(10);
    const other = pseudonymise(snapshot, seed);
    for (const [index, source] of other.sources.entries()) {
      const text = textOf(source);
      const rules = /^(iptables|nft)/.test(source.kind);
      // In rules only comments and kube-proxy's names hold names; `web` may be a word of the format elsewhere.
      if (!rules) expect(replaceIn(text), source.path).toBe(text);
      expect(replaceIn(source.path)).toBe(source.path);
      const addresses = textOf(snapshot.sources[index] ?? source).match(IPV4) ?? [];
      const moved = text.match(IPV4) ?? [];
      const ordinary = addresses.filter((address) => /^(10|192\.168)\./.test(address));
      if (ordinary.length > 5)
        expect(moved.filter((address) => ordinary.includes(address)).length).toBeLessThan(
          ordinary.length / 4,
        );
    }
  });
});
