import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { versions } from '../build/versions.ts';
import type { Lab } from '../cluster/lab.ts';
import { writeClusterEvidence } from './cluster-evidence.ts';
import { writeNodeEvidence } from './node-evidence.ts';
import { describeObservation } from './observe.ts';
import type { Observation } from './probe.ts';

/** What a recording says about itself. */
export interface Statement {
  readonly title: string;
  readonly text: string;
  readonly question: string;
  readonly verdicts: readonly string[];
  /** Ids of the catalogue that count as right, the planted one first; empty where nothing is wrong. */
  readonly causes: readonly string[];
  readonly nodes: readonly string[];
}

/** Writes a recording: cluster, nodes, pods' logs, and `expected.md` with what connections did at that moment. */
export async function writeRecording(
  lab: Lab,
  folder: string,
  statement: Statement,
  observations: readonly Observation[],
): Promise<void> {
  const target = resolve(folder);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await writeNodeEvidence(lab, target);
  await writeClusterEvidence(target);
  writeFileSync(join(target, 'expected.md'), expectedPage(lab, statement, observations));
}

/** The page `expected.md` of a recording. */
export function expectedPage(lab: Lab, statement: Statement, observations: readonly Observation[]): string {
  const proxy = lab.shape.olderKubeProxy ? versions.olderKubeProxy : versions.kubernetes;
  const where = statement.nodes.length === 0 ? '' : `, on ${statement.nodes.join(' and ')}`;
  const cause =
    statement.causes.length === 0
      ? 'none'
      : `fault ${statement.causes.join(' or ')} of the catalogue${where}`;
  return `# ${statement.title}

Kubernetes ${versions.kubernetes}, kube-proxy ${proxy} in ${lab.shape.mode} mode, ${lab.nodes.length} nodes. ${statement.text}

- Question: \`plumb ${statement.question} --from .\`
- Verdict: ${statement.verdicts.join(' or ')}
- First cause: ${cause}

What real connections did at that moment (who answered, or the error; number of tries):

${observations.map((o) => `- ${describeObservation(o)}`).join('\n')}
`;
}
