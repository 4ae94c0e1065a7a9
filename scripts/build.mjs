// Makes dist/: one program, with what only some commands need in chunks of their own, and the pages of the checks.
import { chmod, cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = `${root}dist`;

for (const made of ['plumb.js', 'chunks', 'pages'])
  await rm(`${dist}/${made}`, { recursive: true, force: true });
const bundle = await rolldown({ input: { plumb: `${root}src/cli/main.ts` }, cwd: root, platform: 'node' });
await bundle.write({
  dir: dist,
  format: 'esm',
  // Smaller files start faster; names stay, so that a stack in a bug report can be read.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  chunkFileNames: 'chunks/[name].js',
});
await bundle.close();
await chmod(`${dist}/plumb.js`, 0o755);
await cp(`${root}src/checks`, `${dist}/pages`, {
  recursive: true,
  filter: (path) => path.endsWith('.md') || !/\.[a-z]+$/.test(path),
});
