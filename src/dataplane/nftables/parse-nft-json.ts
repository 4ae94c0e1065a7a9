import type { ParseIssue } from '../../model/evidence.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { type TextSource, decodeSource } from '../text-source.ts';
import { elementsText, statementText } from './json-to-text.ts';
import { parseNftText } from './parse-nft-text.ts';

/** An object of `nft -j list ruleset`. */
interface NftObject {
  readonly table?: { readonly family: string; readonly name: string };
  readonly chain?: Named & {
    readonly type?: string;
    readonly hook?: string;
    readonly prio?: number;
    readonly policy?: string;
    readonly dev?: string;
  };
  readonly set?: NftSet;
  readonly map?: NftSet;
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly comment?: string;
    readonly expr?: readonly never[];
  };
}

interface Named {
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

interface NftSet extends Named {
  readonly type: string | readonly string[];
  readonly map?: string | readonly string[];
  readonly flags?: readonly string[] | string;
  readonly timeout?: number;
  readonly elem?: readonly never[];
}

const encoder = new TextEncoder();

/**
 * Reads `nft -j list ruleset`: each object becomes the command that would make it, and the reader of text reads those.
 * Lines are 0, for JSON has none. *Source:* libnftables-json(5).
 */
export function parseNftJson(source: TextSource): Ruleset {
  const objects = objectsOf(source);
  if (!objects) {
    const issue: ParseIssue = {
      source: source.path,
      text: '',
      problem: 'is no nft JSON, or was cut: nothing of it is used',
    };
    return { tables: [], issues: [issue] };
  }
  const commands: string[] = [];
  const unknown: string[] = [];
  for (const object of objects) {
    const command = commandOf(object);
    if (command !== undefined) commands.push(command);
    else unknown.push(Object.keys(object).join(' '));
  }
  const { tables, issues } = parseNftText({ path: source.path, bytes: encoder.encode(commands.join('\n')) });
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: new Map(
        [...table.chains].map(([name, chain]) => [
          name,
          { ...chain, line: 0, rules: withoutLines(chain.rules) },
        ]),
      ),
    })),
    issues: [
      ...issues.map(({ line: _line, ...issue }) => issue),
      ...unknown.map((text) => ({ source: source.path, text, problem: 'is no object that is understood' })),
    ],
  };
}

type Rules =
  Ruleset['tables'][number]['chains'] extends ReadonlyMap<string, infer Chain>
    ? Chain extends { rules: infer List }
      ? List
      : never
    : never;

function withoutLines(rules: Rules): Rules {
  const all = Array.from({ length: rules.length }, (_, index) => ({ ...rules.at(index), line: 0 }));
  return { length: all.length, at: (index) => all[index] as (typeof all)[number], next: (from) => from };
}

function objectsOf(source: TextSource): NftObject[] | undefined {
  try {
    const value = JSON.parse(decodeSource(source)) as { nftables?: unknown };
    return Array.isArray(value.nftables) ? (value.nftables as NftObject[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Objects that say nothing about packets. */
const SILENT = [
  'metainfo',
  'flowtable',
  'counter',
  'quota',
  'limit',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'secmark',
  'synproxy',
];

function commandOf(object: NftObject): string | undefined {
  const { table, chain, set, map, rule } = object;
  if (table) return `add table ${table.family} ${table.name}`;
  if (chain) return chainCommand(chain);
  if (set) return setCommand('set', set);
  if (map) return setCommand('map', map);
  if (rule) {
    const words = (rule.expr ?? []).map(
      (statement) => statementText(statement) ?? `unknown ${Object.keys(statement).join(' ')}`,
    );
    const comment = rule.comment === undefined ? '' : ` comment "${rule.comment.replaceAll('"', "'")}"`;
    return `add rule ${rule.family} ${rule.table} ${rule.chain} ${words.join(' ')}${comment}`;
  }
  return SILENT.some((key) => key in object) ? '' : undefined;
}

function chainCommand({
  family,
  table,
  name,
  type,
  hook,
  prio = 0,
  policy,
  dev,
}: NonNullable<NftObject['chain']>): string {
  const head = `add chain ${family} ${table} ${name}`;
  if (type === undefined || hook === undefined) return head;
  const device = dev === undefined ? '' : ` device ${dev}`;
  return `${head} { type ${type} hook ${hook}${device} priority ${prio} ; policy ${policy ?? 'accept'} ; }`;
}

function setCommand(
  kind: 'set' | 'map',
  { family, table, name, type, map, flags, timeout, elem }: NftSet,
): string {
  const types = (value: string | readonly string[]): string =>
    typeof value === 'string' ? value : value.join(' . ');
  const value = map === undefined ? '' : ` : ${types(map)}`;
  const flagWords = flags === undefined ? [] : typeof flags === 'string' ? [flags] : flags;
  const properties = [
    `type ${types(type)}${value} ;`,
    ...(flagWords.length > 0 ? [`flags ${flagWords.join(',')} ;`] : []),
    ...(timeout === undefined ? [] : [`timeout ${timeout}s ;`]),
    ...(elem === undefined ? [] : [`elements = { ${elementsText(elem)} } ;`]),
  ];
  return `add ${kind} ${family} ${table} ${name} { ${properties.join(' ')} }`;
}
