import type { Cause } from '../../diagnosis/diagnosis.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { Proof } from '../../model/finding.ts';
import type { Style } from '../style.ts';
import { labelled, quoted, verbatim } from './section.ts';

const proofs: Readonly<Record<Proof, string>> = {
  repaired: 'proved: repaired in the model and walked again, the failing paths work',
  consistent: 'it explains what fails; no repair in the model could prove it',
  suspected: 'suspected: it may explain the failing paths, and nothing seen proves it',
};

/** What is proved where no connection fails, and some go otherwise than promised. */
const keptPromise = 'proved: repaired in the model and walked again, connections go as promised';

/** Evidence lines shown without `-v`. */
const evidenceShown = 4;
/** Characters of one piece of evidence shown without `-v`. */
const evidenceLength = 300;

/** A cause with its proof and its repair, in the order in which they are read. */
export function renderCause(cause: Cause, style: Style): string {
  const where = cause.nodes.length === 0 ? '' : ` on ${nameList(cause.nodes, 4)}`;
  const lines = [
    labelled('Cause', cause.summary, style),
    verbatim(style.dim(style.plain(`${cause.check} (${cause.faults.join(', ')})${where}`))),
    labelled('Proof', cause.proofText ?? proofOf(cause), style),
    ...renderEvidence(cause.evidence, style),
    labelled('Repair', cause.remedy.text, style),
    ...cause.remedy.commands.map((command) => verbatim(style.bold(style.plain(command)))),
  ];
  return lines.join('\n');
}

function proofOf({ proof, share }: Cause): string {
  return proof === 'repaired' && share[1] === 0 ? keptPromise : proofs[proof];
}

/** What a statement rests on: place, then text, one pair of lines each; the rest is counted. */
export function renderEvidence(evidence: readonly Evidence[], style: Style): string[] {
  const shown = style.isVerbose === true ? evidence : evidence.slice(0, evidenceShown);
  const lines: string[] = [];
  let place = '';
  for (const { source, location, text } of shown) {
    const here = location === undefined ? source : `${source} ${location}`;
    if (here !== place) lines.push(verbatim(style.dim(style.plain(here))));
    place = here;
    lines.push(quoted(clip(text, style), style));
  }
  const more = evidence.length - shown.length;
  if (more > 0) lines.push(verbatim(style.dim(`and ${more} more (-v)`)));
  return lines;
}

/** The text as far as it says enough; `-v` and `-o json` have it whole. */
function clip(text: string, style: Style): string {
  return style.isVerbose === true || text.length <= evidenceLength
    ? text
    : `${text.slice(0, evidenceLength)}…`;
}

/** At most `most` names, then how many more there are. */
export function nameList(names: readonly string[], most: number): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
