import type { Plugin } from './parse-corefile.ts';

/** A name after CoreDNS's rewriting, and the line that changed it last; without a line where nothing did. */
export interface Rewritten {
  readonly name: string;
  readonly line?: number;
}

/**
 * What the `rewrite` plugins of a server block make of `name` (without trailing dot) before any plugin answers. Rules of other fields (type, class,
 * edns0, ttl) leave it alone; a pattern that is no valid regular expression here, too. *Source:* coredns.io/plugins/rewrite.
 */
export function rewriteName(plugins: readonly Plugin[], name: string): Rewritten {
  let result: Rewritten = { name };
  for (const { name: plugin, arguments: words, body, line } of plugins) {
    if (plugin !== 'rewrite') continue;
    const [first = '', ...rest] = words;
    const isMode = first === 'continue' || first === 'stop';
    const rules = [isMode ? rest : words, ...body.map((each) => each.split(/\s+/))];
    const changed = rules.reduce((before, rule) => applyRule(rule, before), result.name);
    if (changed === result.name) continue;
    result = { name: changed, line };
    if (first !== 'continue') break;
  }
  return result;
}

const KINDS = ['exact', 'prefix', 'suffix', 'substring', 'regex'];

function applyRule([field, ...words]: readonly string[], name: string): string {
  if (field !== 'name') return name;
  const hasKind = KINDS.includes(words[0] ?? '');
  const kind = hasKind ? words[0] : 'exact';
  const [from = '', to = ''] = hasKind ? words.slice(1) : words;
  if (from === '' || to === '') return name;
  return withoutDot(rewritten(kind, from, to, `${name}.`));
}

function rewritten(kind: string | undefined, from: string, to: string, name: string): string {
  switch (kind) {
    case 'prefix':
      return name.startsWith(from) ? `${to}${name.slice(from.length)}` : name;
    case 'suffix':
      return name.endsWith(withDot(from)) ? `${name.slice(0, -withDot(from).length)}${withDot(to)}` : name;
    case 'substring':
      return name.replaceAll(from, to);
    case 'regex':
      return byPattern(from, to, name);
    default:
      return name === withDot(from) ? withDot(to) : name;
  }
}

function byPattern(from: string, to: string, name: string): string {
  const groups = goPattern(from)?.exec(name);
  return groups ? to.replace(/\{(\d+)\}/g, (_, index: string) => groups[Number(index)] ?? '') : name;
}

/** A pattern of Go's regexp; undefined where it cannot be read here. */
export function goPattern(text: string): RegExp | undefined {
  const [, flag = '', pattern = text] = /^\(\?(i)\)(.*)$/.exec(text) ?? [];
  try {
    return new RegExp(pattern.replaceAll('(?P<', '(?<'), flag);
  } catch {
    return undefined;
  }
}

function withDot(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
