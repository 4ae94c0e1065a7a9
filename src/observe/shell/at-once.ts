/**
 * A script for `sh -c` that runs `scripts` at the same time, each in a shell of its own with nothing to read, and prints what each prints in their order, unmixed
 * and without a file: whoever is done early waits in a pipe. Takes `cat`, too, where they are several.
 */
export function atOnce(scripts: readonly string[]): string {
  const [first = '', ...rest] = scripts.map((script) => `( ${script}\n) </dev/null`);
  return rest.reduce((before, script) => `${script} | { ${before}; cat; }`, first);
}
