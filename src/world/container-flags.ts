/** Values of the flags among a program's `words` by their names, in any of the ways in which Go takes flags; `true` where a flag stands alone. */
export function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name, value] = /^--?([a-z0-9-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) continue;
    const next = words[index + 1];
    const isAlone = next === undefined || /^(--?[a-z]|[0-9]?>)/.test(next);
    flags.set(name, unquoted(value ?? (isAlone ? 'true' : next)));
  }
  return flags;
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}
