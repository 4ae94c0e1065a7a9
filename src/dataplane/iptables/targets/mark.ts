import type { MarkChange } from '../../ruleset/rule-parts.ts';
import type { Arity, Extension, Option } from '../rule-syntax.ts';
import { parseMasked, parseNumber } from '../values.ts';

const CHANGES = {
  '--set-mark': 1,
  '--set-xmark': 1,
  '--and-mark': 1,
  '--or-mark': 1,
  '--xor-mark': 1,
} as const satisfies Record<string, Arity>;

/** What an option of MARK or CONNMARK does to the old value. *Source:* libxt_MARK.c, libxt_CONNMARK.c. */
function changeOf({ name, values }: Option): MarkChange | undefined {
  const masked = parseMasked(values[0] ?? '');
  if (masked === undefined) return undefined;
  const { value, mask } = masked;
  switch (name) {
    case '--set-xmark':
      return { and: ~mask >>> 0, xor: value };
    case '--set-mark':
      return { and: ~(mask | value) >>> 0, xor: value };
    case '--and-mark':
      return { and: value, xor: 0 };
    case '--or-mark':
      return { and: ~value >>> 0, xor: value };
    case '--xor-mark':
      return { and: 0xffffffff, xor: value };
    default:
      return undefined;
  }
}

const mark: Extension = {
  options: CHANGES,
  parts([option, ...rest]) {
    const change = option && changeOf(option);
    return change && rest.length === 0 ? [{ kind: 'set-mark', change }] : undefined;
  },
};

const connmark: Extension = {
  options: {
    ...CHANGES,
    '--save-mark': 0,
    '--restore-mark': 0,
    '--nfmask': 1,
    '--ctmask': 1,
    '--mask': 1,
  },
  parts(options) {
    const move = options.find(({ name }) => name === '--save-mark' || name === '--restore-mark');
    if (move === undefined) {
      const [option, ...rest] = options;
      const change = option && changeOf(option);
      return change && rest.length === 0 ? [{ kind: 'set-ctmark', change }] : undefined;
    }
    const masks = { nfmask: 0xffffffff, ctmask: 0xffffffff };
    for (const { name, values } of options) {
      if (name === move.name) continue;
      const value = parseNumber(values[0] ?? '');
      if (value === undefined || !name.endsWith('mask')) return undefined;
      if (name !== '--ctmask') masks.nfmask = value;
      if (name !== '--nfmask') masks.ctmask = value;
    }
    return [{ kind: move.name === '--save-mark' ? 'save-mark' : 'restore-mark', ...masks }];
  },
};

/** Targets that change marks. */
export const markTargets: Readonly<Record<string, Extension>> = { MARK: mark, CONNMARK: connmark };
