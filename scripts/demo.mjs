// `npm run demo`: installs what is missing, builds, and asks why a Service does not work, in recordings of real clusters.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install-missing.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

const questions = [
  ['A healthy Service', 'svc/web -n shop --from scenarios/recordings/iptables-healthy'],
  [
    'A selector that no pod matches',
    'svc/web -n shop --from scenarios/recordings/iptables-selector-near-miss',
  ],
  [
    'A Service that works from two nodes of three',
    'svc/web -n shop --from scenarios/recordings/iptables-proxy-stopped',
  ],
  [
    'A virtual server of IPVS without real servers',
    'svc/web -n shop --from scenarios/recordings/ipvs-real-servers-gone',
  ],
];

installMissing();
run('npm', ['run', '--silent', 'build']);
let isExpected = true;
for (const [title, question] of questions) {
  console.log(`\n── ${title}\n$ plumb ${question}\n`);
  const status = run(process.execPath, ['dist/plumb.js', ...question.split(' ')]);
  // Finding the fault is what the demo shows: 1 is a good answer, a mistake or a bug is not.
  isExpected &&= status === 0 || status === 1;
}
console.log(
  '\nThe same for your cluster: see "First use" in README.md. All checks: node dist/plumb.js explain',
);
process.exitCode = isExpected ? 0 : 1;

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (command === 'npm' && status !== 0) process.exit(1);
  return status;
}
