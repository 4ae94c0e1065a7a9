import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type AuditPart, auditPart, joinAudit } from '../investigate.ts';
import type { AuditQuestion, AuditShare } from '../investigate/questions.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** Below this many bytes a second thread reads longer than it saves. */
const WORTH_BYTES = 30_000_000;
/** Each thread holds the whole world. */
const MOST_THREADS = 4;

/** What a thread is given. */
export interface AuditTask {
  readonly snapshot: Snapshot;
  readonly question: AuditQuestion;
  readonly share: AuditShare;
}

/** The audit, by so many threads as `threads` says, else as the machine and the size of the snapshot suggest; the answer is the same. */
export async function auditInParts(
  snapshot: Snapshot,
  question: AuditQuestion,
  threads: number = threadsFor(snapshot),
): Promise<ReturnType<typeof joinAudit>> {
  const others = Array.from({ length: threads - 1 }, (_, index) =>
    inThread({ snapshot, question, share: { index: index + 1, of: threads } }),
  );
  return joinAudit(
    question,
    await Promise.all([inThisThread({ snapshot, question, share: { index: 0, of: threads } }), ...others]),
  );
}

function threadsFor({ sources }: Snapshot): number {
  const bytes = sources.reduce((sum, source) => sum + source.bytes.length, 0);
  return bytes < WORTH_BYTES ? 1 : Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
}

/** Begins when the other threads are under way. */
async function inThisThread({ snapshot, question, share }: AuditTask): Promise<AuditPart> {
  await new Promise(setImmediate);
  return auditPart(snapshot, question, share);
}

/** A thread that breaks (memory, a machine that allows none) costs time, not the answer. */
async function inThread(task: AuditTask): Promise<AuditPart> {
  try {
    return await new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./audit-thread.cjs', import.meta.url), { workerData: task });
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        reject(new Error('the thread ended without an answer'));
      });
    });
  } catch {
    return inThisThread(task);
  }
}
