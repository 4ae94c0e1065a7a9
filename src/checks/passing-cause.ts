import type { Evidence } from '../model/evidence.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { TriedConnections } from '../verify/tried-connections.ts';
import type { Pod, Service } from '../world/kubernetes/objects.ts';
import { selectedPods } from '../world/select-pods.ts';
import type { World } from '../world/world.ts';

/** What makes some connections fail and leaves no trace in rules. */
export interface PassingCause {
  readonly faults: readonly string[];
  /** Words that go on after a sentence. */
  readonly text: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: string;
}

/** What was seen that explains why some of `tried` failed and others stood; undefined where all failed, or nothing was. */
export function passingCauseOf(
  world: World,
  service: Service | undefined,
  { vantage }: Verification['expectation'],
  { connected, failures }: TriedConnections,
): PassingCause | undefined {
  if (connected === 0) return undefined;
  const leaving = service ? selectedPods(world, service).filter(isLeaving) : [];
  if (leaving.length > 0) return podsLeave(world, leaving);
  const collided = world.nodeStates.get(vantage.node)?.counters?.get('conntrack.insert_failed') ?? 0;
  // What is dropped is not refused.
  if (collided === 0 || failures.some((result) => result !== 'timeout')) return undefined;
  return {
    faults: ['C02', 'F07', 'C01', 'P04'],
    text: `${vantage.node} dropped ${collided} packets of connections that met in its table, since it started`,
    evidence: [{ source: `nodes/${vantage.node}`, text: `conntrack -S: insert_failed=${collided}` }],
    remedy: 'see whether insert_failed rises while connections are late',
  };
}

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** A pod that ends as soon as it is told to is still sent connections until every node knows. */
function podsLeave(world: World, leaving: readonly Pod[]): PassingCause {
  const names = leaving.map(({ metadata }) => metadata.name);
  const abrupt = leaving.filter(({ spec }) =>
    spec.containers.every(({ lifecycle }) => lifecycle?.preStop === undefined),
  );
  return {
    faults: ['E14', 'F07', 'C01'],
    text: `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more pods` : ''} ${names.length === 1 ? 'was' : 'were'} just ending${abrupt.length === leaving.length ? ', without a preStop hook that would let nodes learn of it first' : ''}`,
    evidence: leaving.slice(0, 3).map((pod) => ({
      ...world.locate(pod, 'metadata.deletionTimestamp'),
      text: `${pod.metadata.name} is being deleted (deletionTimestamp ${pod.metadata.deletionTimestamp})`,
    })),
    remedy:
      'ask again when the rollout is over; a preStop hook that waits some seconds, and an application that ends what it has begun, keep rollouts from failing connections',
  };
}
