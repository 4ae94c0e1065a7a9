import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditCluster, investigateService } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { writeBundle } from '../src/observe/bundle/write-bundle.ts';
import { observeCluster } from '../src/observe/kubernetes/observe-cluster.ts';
import type { LiveSubject } from '../src/observe/kubernetes/readings-of.ts';
import type { Snapshot } from '../src/snapshot/snapshot.ts';
import { recordedApi } from './recorded-api.ts';

// What a capture keeps packed and writes leads to the same nodes and servers as what is judged at once, and gives the same answer.

const recording = fileURLToPath(new URL('recordings/iptables-selector-near-miss', import.meta.url));
const subjects: readonly LiveSubject[] = [{}, { namespace: 'shop' }, { namespace: 'shop', service: 'web' }];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumb-capture-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The recorded objects, observed live: on every node and server that they lead to something is tried, and is a gap. */
async function observed(subject: LiveSubject, isPacked: boolean): Promise<Snapshot> {
  return await observeCluster(recordedApi(recording), subject, { timeoutMs: 1000, isPacked });
}

describe.each(subjects)('a capture of %o', (subject) => {
  it('answers as the running cluster does', async () => {
    const live = await observed(subject, false);
    const captured = await observed(subject, true);
    expect(live.gaps.length).toBeGreaterThan(3);
    expect(captured.gaps).toEqual(live.gaps);
    await writeBundle(join(folder, 'capture.tgz'), captured);
    const offline = await readBundle([join(folder, 'capture.tgz')]);
    const question = { namespace: 'shop', name: 'web' };
    expect(investigateService(offline, question)).toEqual(investigateService(live, question));
    expect(auditCluster(offline, {})).toEqual(auditCluster(live, {}));
  });
});
