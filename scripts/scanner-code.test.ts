import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// src/dataplane/iptables/scanner-code.ts, generated: `npm run generate` compiles it anew.
it('the compiled scanner of dumps is current', async () => {
  const script = fileURLToPath(new URL('compile-scanner.mjs', import.meta.url));
  const code = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  await expect(code).toMatchFileSnapshot('../src/dataplane/iptables/scanner-code.ts');
});
