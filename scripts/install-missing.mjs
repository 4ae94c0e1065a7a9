import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

/** Runs `npm ci` where what package-lock.json names is not installed; says so in one line. Ends the program where it fails. */
export function installMissing() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  console.log(`installing ${missing.length} packages (npm ci)`);
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm ci failed: is the package registry reachable?');
    process.exit(1);
  }
}

/** The packages of the lock file that are absent or of another version; optional ones may be absent. */
function missingPackages() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path !== '' && optional !== true)
    .filter(([path, { version }]) => installed[path]?.version !== version)
    .map(([path]) => path);
}

function packagesOf(path) {
  const file = new URL(path, root);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}
