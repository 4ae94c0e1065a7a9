import type { Subject } from '../checks/check.ts';
import { nearestName } from '../model/nearest-name.ts';
import { UserError } from '../model/user-error.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { AuditQuestion, ServiceQuestion } from './questions.ts';

/**
 * The subject of the question. A Service that is not there stays a question: that is a finding, not a mistake. Throws a
 * `UserError` where no Services were read, or the client asked for is not there.
 */
export function subjectOf(world: World, { namespace, name, port, from }: ServiceQuestion): Subject {
  needServices(world, namespace);
  const service = findService(world, namespace, name);
  const pod = from?.pod;
  if (pod !== undefined && world.coverage.has('pods')) needPod(world, pod);
  if (from?.node !== undefined) needNode(world, from.node);
  return {
    namespace,
    name,
    ...(service === undefined ? {} : { service }),
    ...(port === undefined ? {} : { port }),
    ...(from === undefined ? {} : { from }),
  };
}

/** Throws a `UserError` where no Services were read, or the namespace asked for is not there. */
export function needAudited(world: World, { namespace }: AuditQuestion): void {
  needServices(world, namespace);
  const namespaces = new Set([
    ...world.namespaces.map(({ metadata }) => metadata.name),
    ...world.services.map(namespaceOf),
  ]);
  if (namespace !== undefined && !namespaces.has(namespace))
    throw new UserError(`there is no namespace ${namespace}`, didYouMean(namespace, namespaces));
}

/** The Service of that name, where it was read. */
export function findService(world: World, namespace: string, name: string): Service | undefined {
  return world.services.find(
    (service) => service.metadata.name === name && namespaceOf(service) === namespace,
  );
}

/** Throws a `UserError` where no Services were read, those of `namespace` above all: without them there is no question. */
export function needServices(world: World, namespace?: string): void {
  if (world.coverage.has('services')) return;
  const gaps = world.gaps.filter(({ what }) => what.startsWith('services'));
  const gap = gaps.find(({ what }) => what.endsWith(`namespace ${namespace}`)) ?? gaps[0];
  if (gap !== undefined) throw new UserError(`${gap.what}: ${gap.why}`, gap.unlock);
  const [issue] = world.issues;
  const why = issue === undefined ? '' : ` (${issue.source}: ${issue.problem})`;
  throw new UserError(
    `no Services were found in what was read${why}`,
    'add the output of kubectl get services,endpointslices,pods,nodes -A -o json to --from',
  );
}

/** Throws a `UserError` where `namespace/name` is no pod that was read. */
export function needPod(world: World, pod: string): void {
  const pods = world.pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  if (!pods.includes(pod)) throw new UserError(`there is no pod ${pod}`, didYouMean(pod, pods));
}

/** Throws a `UserError` where `name` is no node that was read, neither as an object nor as a dump. */
export function needNode(world: World, name: string): void {
  const nodes = new Set([...world.nodes.map(({ metadata }) => metadata.name), ...world.nodeStates.keys()]);
  if (!nodes.has(name)) throw new UserError(`there is no node ${name}`, didYouMean(name, nodes));
}

/** `did you mean …?` with the nearest name, or some that are there. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const all = [...names].sort();
  const near = nearestName(name, all);
  if (near !== undefined) return `did you mean ${near}?`;
  if (all.length === 0) return 'none was read';
  return `there are ${all.slice(0, 5).join(', ')}${all.length > 5 ? ` and ${all.length - 5} more` : ''}`;
}

function namespaceOf(service: Service): string {
  return service.metadata.namespace;
}
