import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminKubeconfig } from '../cluster/control-plane.ts';
import { repository } from '../machine/places.ts';
import { run } from '../machine/run.ts';

/** Where the answer stands that Plumb gave live while the recording in `folder` was made. */
export function liveAnswerOf(folder: string): string {
  return `${folder.replace(/\/+$/, '')}.live.json`;
}

/** Asks Plumb beside the lab's API server, as an engineer would, and keeps its answer beside the recording in `folder`. */
export async function askLive(question: string, folder: string): Promise<void> {
  const plumb = join(repository, 'dist/plumb.js');
  const command = ['nsenter', '--net=/run/netns/lab-cp', '--', 'env', `KUBECONFIG=${adminKubeconfig}`];
  const words = question.split(' ').filter((word) => word !== '');
  const { stdout } = await run([...command, process.execPath, plumb, ...words, '-o', 'json'], {
    timeoutMs: 120_000,
  });
  writeFileSync(liveAnswerOf(folder), stdout);
}
