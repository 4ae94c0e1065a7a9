import { UserError } from '../model/user-error.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Host } from './host.ts';
import type { EvidenceOptions } from './options.ts';

/** Below this many bytes the answer comes too soon to say that it is on its way. */
const worthSaying = 20_000_000;

/** What `--from` names, as a snapshot; throws a `UserError` where nothing was named or nothing can be read. */
export async function readEvidence({ stderr }: Host, { from, node }: EvidenceOptions): Promise<Snapshot> {
  if (from === undefined || from.length === 0)
    throw new UserError(
      'a live cluster cannot be read yet',
      'give --from PATH with what was read of it: kubectl get services,endpointslices,pods,nodes -A -o json, and under nodes/NAME/ iptables-save -c or nft list ruleset of each node',
    );
  const { readBundle } = await import('../observe/bundle/read-bundle.ts');
  const snapshot = await readBundle([...from], node === undefined ? {} : { node });
  const bytes = snapshot.sources.reduce((sum, source) => sum + source.bytes.length, 0);
  if (stderr.isTTY === true && bytes > worthSaying) {
    const nodes = new Set(snapshot.sources.flatMap((source) => source.node ?? [])).size;
    stderr.write(`reading ${Math.round(bytes / 1e6)} MB of ${nodes} nodes …\n`);
  }
  return snapshot;
}
