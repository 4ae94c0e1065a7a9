import { expect, it } from 'vitest';
import { readRule } from './parse-rule.ts';
import { TokenStream } from './token-stream.ts';
import { tokenise } from './tokens.ts';

function partsOf(text: string): unknown {
  return readRule(new TokenStream(tokenise(text)), {
    family: 'ip',
    textOf: (start, end) => text.slice(start, end),
  }).parts;
}

const field = (name: string, more: object = {}) => ({ kind: 'field', field: name, ...more });
const SAME = { and: 0xffffffff, xor: 0 };

it.each([
  ['meta mark set 0x5', { kind: 'set-mark', change: { and: 0, xor: 5 } }],
  ['meta mark set meta mark & 0xffffbfff', { kind: 'set-mark', change: { and: 0xffffbfff, xor: 0 } }],
  ['meta mark set meta mark & 0xf | 0x10 ^ 0x3', { kind: 'set-mark', change: { and: 0xf, xor: 0x13 } }],
  ['meta mark set ct mark & 0xff', { kind: 'restore-mark', nfmask: 0xffffffff, ctmask: 0xff }],
  ['ct mark set meta mark', { kind: 'save-mark', nfmask: 0xffffffff, ctmask: 0xffffffff }],
  [
    'meta mark set ct mark & 0xffff0005 | 0x5',
    {
      kind: 'compute-mark',
      field: 'mark',
      key: [field('ctmark', { mask: 0xffff0005 })],
      change: { and: 0xfffffffa, xor: 5 },
    },
  ],
  [
    'ct mark set meta mark >> 8',
    { kind: 'compute-mark', field: 'ctmark', key: [field('mark', { shift: 8 })], change: SAME },
  ],
  [
    'meta mark set jhash ip saddr mod 4 offset 10',
    {
      kind: 'compute-mark',
      field: 'mark',
      key: [{ kind: 'hash', fields: ['saddr'], mod: 4, offset: 10 }],
      change: SAME,
    },
  ],
  [
    'ct mark set ct mark map @marks',
    { kind: 'compute-mark', field: 'ctmark', key: [field('ctmark')], map: 'marks', change: SAME },
  ],
])('%s', (text, statement) => {
  expect(partsOf(text)).toEqual([statement]);
});

it.each([
  // nft prints upper bits alone so.
  ['meta mark 0x00010000/16', { low: 0x10000, high: 0x1ffff }, {}],
  ['ct mark 0x80000000/1', { low: 0x80000000, high: 0xffffffff }, {}],
  ['meta mark >> 4 & 0xf == 5', { low: 5, high: 5 }, { mask: 0xf0, shift: 4 }],
  ['ip saddr & 255.255.0.255 == 10.1.0.3', { low: 0x0a010003, high: 0x0a010003 }, { mask: 0xffff00ff }],
])('%s', (text, range, more) => {
  const name = text.startsWith('ct') ? 'ctmark' : text.startsWith('ip') ? 'saddr' : 'mark';
  expect(partsOf(text)).toEqual([
    { kind: 'compare', left: field(name, more), not: false, values: { ranges: [range] } },
  ]);
});
