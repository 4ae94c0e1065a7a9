// `node scripts/build.mjs [FOLDER]` makes dist/, or FOLDER: one program, with what only some commands need in chunks of their own, and the pages of the checks.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { chmod, cp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = process.argv[2] ?? `${root}dist`;

for (const made of ['plumb.js', 'chunks', 'pages', 'LICENSES.txt'])
  await rm(`${dist}/${made}`, { recursive: true, force: true });
// Smaller files start faster; names stay, so that a stack in a bug report can be read.
const minify = {
  compress: true,
  mangle: { toplevel: false, keepNames: true },
  codegen: { removeWhitespace: true },
};
// CommonJS, as only of scripts Node 20 lets compiled code be kept.
const format = 'cjs';
const program = await rolldown({
  input: { main: `${root}src/cli/main.ts`, 'audit-thread': `${root}src/cli/audit-thread.ts` },
  cwd: root,
  platform: 'node',
  plugins: [await lateYaml()],
});
const { output } = await program.write({
  dir: `${dist}/chunks`,
  format,
  minify,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
});
await program.close();
// A script that was compiled in an earlier run has no way to load modules.
const importing = output.filter(({ code = '' }) => /\bimport\(/.test(code)).map(({ fileName }) => fileName);
if (importing.length > 0) throw new Error(`import() of what is not bundled, in ${importing.join(', ')}`);
const yaml = await rolldown({ input: { yaml: 'yaml' }, cwd: root, platform: 'node' });
const { output: late } = await yaml.write({
  dir: `${dist}/chunks`,
  format,
  minify,
  entryFileNames: '[name].cjs',
});
await yaml.close();
const start = await rolldown({
  input: { plumb: `${root}src/cli/start.ts` },
  cwd: root,
  platform: 'node',
  transform: { define: { BUILD: JSON.stringify(nameOf([...output, ...late])) } },
});
await start.write({ dir: dist, format: 'esm', minify, entryFileNames: '[name].js' });
await start.close();
await chmod(`${dist}/plumb.js`, 0o755);
await cp(`${root}src/checks`, `${dist}/pages`, {
  recursive: true,
  filter: (path) => path.endsWith('.md') || !/\.[a-z]+$/.test(path),
});
await writeFile(
  `${dist}/LICENSES.txt`,
  licencesOf([...output, ...late].flatMap(({ moduleIds = [] }) => moduleIds)),
);

/** Changes with every word of what is shipped. */
function nameOf(files) {
  const hash = createHash('sha256');
  for (const { fileName, code } of files) hash.update(`${fileName}\n${code}\n`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * A third of the program reads YAML, which most recordings hold none of: each function of it loads the rest, from a file of
 * its own. `require`, because an `import()` would make every caller wait.
 */
async function lateYaml() {
  const id = '\0late-yaml';
  const code = Object.entries(await import('yaml'))
    .filter(([, value]) => typeof value === 'function')
    .map(
      ([name]) => `export function ${name}(...words) {
  const { ${name}: own } = require('./yaml.cjs');
  return new.target ? new own(...words) : own(...words);
}`,
    )
    .join('\n');
  return {
    name: 'late-yaml',
    resolveId: (source) =>
      source === 'yaml' ? id : source === './yaml.cjs' ? { id: source, external: true } : undefined,
    load: (wanted) => (wanted === id ? code : undefined),
  };
}

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
