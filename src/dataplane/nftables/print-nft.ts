import { type Ip, formatIp } from '../../model/address.ts';
import type { Chain, Table } from '../ruleset/ruleset.ts';
import type { KeyPart, NamedSet, SetElement } from '../ruleset/sets.ts';

/**
 * A table that was read from nft, as text that reads the same: `nft list table` without counters, priorities as numbers.
 * *Limits:* rules are their `text`, so a table of iptables rules gives no nft text; elements that were not understood are
 * not there.
 */
export function printNft({ family, name, sets, chains }: Table): string {
  return [
    `table ${family} ${name} {`,
    ...[...sets.values()].flatMap(printSet),
    ...[...chains.values()].flatMap(printChain),
    '}',
    '',
  ].join('\n');
}

function printChain({ name, base, rules }: Chain): string[] {
  const lines = [`\tchain ${name} {`];
  if (base)
    lines.push(`\t\ttype ${base.type} hook ${base.hook} priority ${base.priority}; policy ${base.policy};`);
  for (let i = 0; i < rules.length; i++) {
    const { text, comment } = rules.at(i);
    const said = comment === undefined || text.endsWith(`"${comment}"`) ? '' : ` comment "${comment}"`;
    lines.push(`\t\t${text}${said}`);
  }
  return [...lines, '\t}'];
}

function printSet(set: NamedSet): string[] {
  const { name, kind, keyTypes, valueTypes = ['verdict'], timeoutSeconds } = set;
  const elements = [...set.elements.all()];
  const hasRanges = elements.some(({ key }) => key.some((part) => 'low' in part && part.low !== part.high));
  const flags = [...(set.dynamic ? ['dynamic'] : []), ...(hasRanges ? ['interval'] : [])];
  const texts = elements.map((element) => printElement(element, keyTypes, valueTypes));
  return [
    `\t${kind === 'set' ? 'set' : 'map'} ${name} {`,
    `\t\ttype ${keyTypes.join(' . ')}${kind === 'set' ? '' : ` : ${valueTypes.join(' . ')}`}`,
    ...(flags.length === 0 ? [] : [`\t\tflags ${flags.join(',')}`]),
    ...(timeoutSeconds === undefined ? [] : [`\t\ttimeout ${timeoutSeconds}s`]),
    ...(texts.length === 0 ? [] : [`\t\telements = { ${texts.join(',\n\t\t\t     ')} }`]),
    '\t}',
  ];
}

function printElement(
  { key, value, comment }: SetElement,
  keyTypes: readonly string[],
  valueTypes: readonly string[],
): string {
  const left = printParts(key, keyTypes) + (comment === undefined ? '' : ` comment "${comment}"`);
  if (value === undefined) return left;
  if (value.kind === 'data') return `${left} : ${printParts(value.parts, valueTypes)}`;
  const { verdict } = value;
  return `${left} : ${verdict.kind}${'chain' in verdict ? ` ${verdict.chain}` : ''}`;
}

function printParts(parts: readonly KeyPart[], types: readonly string[]): string {
  return parts.map((part, i) => printPart(part, types[i]?.endsWith('_addr') === true)).join(' . ');
}

function printPart(part: KeyPart, isAddress: boolean): string {
  if ('name' in part) return `"${part.name}"`;
  const show = (value: Ip): string => (isAddress ? formatIp(value) : String(value));
  return part.low === part.high ? show(part.low) : `${show(part.low)}-${show(part.high)}`;
}
