import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { unpackRecording } from '../lab/evidence/pack.ts';
import { auditCluster } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';

it('an audit tells of pods that policies keep from DNS', async () => {
  const file = fileURLToPath(
    new URL('../lab/recordings/iptables-f02-egress-without-dns.tgz', import.meta.url),
  );
  const folder = await unpackRecording(file, mkdtempSync(`${tmpdir()}/f02-`));
  const { services } = auditCluster(await readBundle([folder]), {});
  const wrong = services.filter(({ verdict }) => verdict === 'degraded' || verdict === 'broken');
  expect(wrong.map(({ subject, causes }) => [subject, causes.map(({ check }) => check)])).toEqual([
    ['kube-system/kube-dns', ['policy/egress-admits']],
  ]);
});
