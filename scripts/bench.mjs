// `npm run bench -- [ids]`: bundles the benchmarks and what they time, and runs them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const subjects = readdirSync(`${root}bench/subjects`).map((file) => `subjects/${file}`);

// Each a bundle of its own: a subject is timed as a program that somebody ships.
for (const file of ['main.ts', ...subjects]) {
  const bundle = await rolldown({ input: `${root}bench/${file}`, cwd: root, platform: 'node' });
  const name = file.replace(/^.*\//, '').replace('.ts', '.js');
  await bundle.write({
    file: `${root}.bench/${name}`,
    format: 'esm',
    minify: { compress: true, mangle: false },
  });
  await bundle.close();
}
const { status } = spawnSync('node', [`${root}.bench/main.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
