/** What stands where something was taken out. */
export const REMOVED = 'REDACTED';

/** Annotations that repeat the whole object, environment included. */
export const COPIES: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/desired-configuration',
]);

/** A line `key: value`, perhaps as the first of a list's item. */
const MEMBER = /^(\s*(?:- +)*)(["']?)([\w./-]+)\2:(?=\s|$)(\s*)(.*)$/;

/**
 * YAML of API objects without what is secret: the data of Secrets, values of environment variables, copies of applied
 * configuration. Each line stays where it was, so that evidence can name it. An object that is cut before it says its
 * kind counts as a Secret.
 */
export function redactYaml(text: string): string {
  return text
    .split(/^(?=---\s*$)/m)
    .map(redactDocument)
    .join('');
}

function redactDocument(document: string): string {
  const lines = document.split('\n');
  const isSecretList = lines.some((line) => /^kind:\s*["']?SecretList\b/.test(line));
  return objectsIn(lines)
    .flatMap((object) => redactMembers(object, isSecretList || maybeSecret(object)))
    .join('\n');
}

/** The lines of each item of a list; a document of one object is one. */
function objectsIn(lines: readonly string[]): string[][] {
  const list = lines.findIndex((line) => /^items:\s*$/.test(line));
  const dash = list < 0 ? undefined : /^( *)- /.exec(lines[list + 1] ?? '')?.[1];
  if (dash === undefined) return [[...lines]];
  const objects: string[][] = [[]];
  for (const [index, line] of lines.entries()) {
    const isStart = index > list && line.startsWith(`${dash}- `);
    // What follows the list (kind: List) belongs to no item.
    const isAfter = index > list && /^\w/.test(line) && objects.length > 1;
    if (isStart || isAfter) objects.push([]);
    objects.at(-1)?.push(line);
  }
  return objects;
}

function maybeSecret(lines: readonly string[]): boolean {
  const kinds = lines.flatMap((line) => /^\s*(?:- )?["']?kind["']?:\s*["']?(\w+)/.exec(line)?.[1] ?? []);
  return kinds.includes('Secret') || kinds.length === 0;
}

/** Empties secret members: the value in the member's line, and every line that stands deeper below it. */
function redactMembers(lines: readonly string[], isSecret: boolean): string[] {
  let below: number | undefined;
  return lines.map((line) => {
    const indent = line.search(/\S/);
    if (below !== undefined) {
      // A list may stand as deep as its key; the value of a member that is secret is never a list.
      if (indent < 0 || indent > below) return '';
      below = undefined;
    }
    const [, lead = '', quote = '', key = '', gap = ''] = MEMBER.exec(line) ?? [];
    if (key === 'value' || COPIES.has(key) || (isSecret && (key === 'data' || key === 'stringData'))) {
      below = lead.length;
      return `${lead}${quote}${key}${quote}:${gap || ' '}${REMOVED}`;
    }
    return redactFlow(line);
  });
}

/** Values in braces: `env: [{name: A, value: b}]`. */
function redactFlow(line: string): string {
  return line.replace(/([{,]\s*["']?value["']?:\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^,}\]]+)/g, `$1${REMOVED}`);
}
