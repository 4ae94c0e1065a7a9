import type { Cause, Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Finding } from '../../model/finding.ts';
import { otherFindings } from '../other-findings.ts';

/**
 * Services with the same causes, in the order of the first: one fault of a node shows in many. Causes are the same where check, fault,
 * nodes and repair are: rules that one kube-proxy left stale are different lines for each Service.
 */
export function groupByCauses(services: readonly Diagnosis[]): Diagnosis[][] {
  const groups = new Map<string, Diagnosis[]>();
  for (const service of services) {
    const key = service.causes.length === 0 ? service.subject : service.causes.map(keyOf).join('\n');
    const group = groups.get(key);
    if (group) group.push(service);
    else groups.set(key, [service]);
  }
  return [...groups.values()];
}

function keyOf({ check, faults, nodes, evidence: [first], remedy }: Cause): string {
  const repair = [remedy.text, ...remedy.commands];
  const place = nodes.length > 0 ? [] : [first?.source, first?.location, first?.text];
  return JSON.stringify([check, faults, nodes, repair, place]);
}

/** Findings that say the same beside more than one of `services`, each once: they are about the cluster. */
export function findingsOfAll(services: readonly Diagnosis[]): Finding[] {
  const seen = new Map<string, { finding: Finding; count: number }>();
  for (const finding of services.flatMap(otherFindings)) {
    const key = textOf(finding);
    seen.set(key, { finding, count: (seen.get(key)?.count ?? 0) + 1 });
  }
  return [...seen.values()].flatMap(({ finding, count }) => (count > 1 ? [finding] : []));
}

/** The findings of `service` that no cause says and that are not among `ofAll`. */
export function ownFindings(service: Diagnosis, ofAll: readonly Finding[]): Finding[] {
  const said = new Set(ofAll.map(textOf));
  return otherFindings(service).filter((finding) => !said.has(textOf(finding)));
}

function textOf({ check, node, summary }: Finding): string {
  return `${check} ${node} ${summary}`;
}
