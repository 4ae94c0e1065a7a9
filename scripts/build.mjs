// `node scripts/build.mjs [FOLDER]` makes dist/, or FOLDER: one program, with what only some commands need in chunks of their own, and the pages of the checks.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, cp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = process.argv[2] ?? `${root}dist`;

for (const made of ['plumb.js', 'chunks', 'pages', 'LICENSES.txt'])
  await rm(`${dist}/${made}`, { recursive: true, force: true });
const bundle = await rolldown({ input: { plumb: `${root}src/cli/main.ts` }, cwd: root, platform: 'node' });
const { output } = await bundle.write({
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
await writeFile(`${dist}/LICENSES.txt`, licencesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));

/** The licence texts of the packages that were bundled, as their licences ask. */
function licencesOf(modules) {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
  return [...new Set(folders)]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
      const file = existsSync(folder) && readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
