// `npm test [TIER …]`: installs what is missing, then runs every tier that this machine can run. Plain JavaScript, because
// it runs before anything is installed. With CI=true a tier left out is a failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install-missing.mjs';
import { tiers } from './tiers.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const isCi = process.env['CI'] === 'true';
const wanted = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };

const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(`no tier ${unknown.join(', ')}; there are ${tiers.map(({ name }) => name).join(', ')}`);
  process.exit(3);
}

installMissing();
for (const tier of tiers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const lacks = tier.lacks();
  if (lacks.length > 0) {
    console.log(`left out tier ${tier.name}: this machine lacks ${lacks.join(', ')}`);
    if (isCi) total.failed++;
    continue;
  }
  console.log(`tier ${tier.name}`);
  const started = Date.now();
  const { passed, failed, skipped } = tier.steps ? runSteps(tier.steps) : runVitest(tier.name);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  console.log(
    `tier ${tier.name}: ${passed} passed, ${failed} failed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Each npm script is one test; its output is shown where it fails. */
function runSteps(steps) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const step of steps) {
    const { status, stdout, stderr } = npm(['run', '--silent', step], 'pipe');
    console.log(`  ${status === 0 ? 'ok  ' : 'FAIL'} ${step}`);
    if (status === 0) counts.passed++;
    else {
      counts.failed++;
      process.stdout.write(`${stdout}${stderr}`);
    }
  }
  return counts;
}

/** Runs the vitest project `name` and counts its tests. A run that ends without a count is one failure. */
function runVitest(name) {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-test-'));
  const file = join(folder, 'results.json');
  try {
    const { status } = npm(
      [
        'exec',
        '--',
        'vitest',
        'run',
        '--project',
        name,
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ],
      'inherit',
    );
    return countTests(file, status);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function countTests(file, status) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    // A file that does not load, or an error outside a test, has no test of its own.
    const failed = status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function npm(args, stdio) {
  return spawnSync('npm', args, { cwd: root, stdio, encoding: 'utf8', shell: process.platform === 'win32' });
}
