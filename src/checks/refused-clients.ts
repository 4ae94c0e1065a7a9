import { frontendsOf } from '../intent/frontends-of.ts';
import { expectFrontend } from '../intent/expect-frontend.ts';
import type { Expectation } from '../intent/expectation.ts';
import { admissionOf, podAt } from '../intent/policy-admission.ts';
import { vantagesOf } from '../intent/vantages-of.ts';
import type { ConntrackEntry } from '../dataplane/conntrack/entry.ts';
import { parseIp } from '../model/address.ts';
import { addressesOfPod } from '../world/select-pods.ts';
import type { World } from '../world/world.ts';
import type { RuleReference } from '../dataplane/walk/trace.ts';
import type { Endpoint } from '../model/frontend.ts';
import { protocolName } from '../model/protocol.ts';
import type { Refusal } from '../policy/admit-connection.ts';
import type { PolicyDirection } from '../policy/policy.ts';
import type { Verification } from '../verify/discrepancy.ts';
import { findPolicyEngine } from '../world/find-policy-engine.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { CheckInput } from './check.ts';

/** Pods that the same NetworkPolicies keep from endpoints of the Service, although the Service is meant for them. */
export interface RefusedClients {
  readonly refusal: Refusal;
  readonly clients: readonly Pod[];
  /** One of the endpoints, and the pod behind it where it is known. */
  readonly endpoint: Endpoint;
  readonly server?: Pod;
  readonly protocol: string;
  /** Rules on nodes that were seen to drop these packets. */
  readonly drops: readonly RuleReference[];
  /** Share of the Service's paths that meet the refusal. */
  readonly share: number;
  /**
   * `seen`: rules drop the packets. `hidden`: an engine runs whose rules are not walked, or the clients got no answer. `unseen`: nothing that was read says whether
   * the policy is enforced. `none`: packets pass all the same.
   */
  readonly enforcement: 'seen' | 'hidden' | 'unseen' | 'none';
}

/** What of the subject's paths NetworkPolicies refuse in `direction`, one entry for each set of policies that does it. */
export function refusedClients(input: CheckInput, direction: PolicyDirection): RefusedClients[] {
  const { world } = input;
  if (world.networkPolicies.length === 0) return [];
  const paths = pathsOf(input).filter(({ expectation }) => expectation.outcome === 'endpoints');
  const groups = new Map<string, { refused: Refused[]; paths: Set<Path> }>();
  for (const path of paths.filter(({ expectation }) => expectation.vantage.kind === 'pod')) {
    for (const refused of refusedOn(input, path, direction)) {
      const key = refused.refusal.policies.map(({ metadata }) => metadata.name).join(' ');
      const group = groups.get(key) ?? { refused: [], paths: new Set() };
      group.refused.push(refused);
      group.paths.add(path);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap(({ refused, paths: met }) => {
    const [first] = refused;
    if (first === undefined) return [];
    const drops = [...met].flatMap(({ discrepancies = [] }) =>
      discrepancies.flatMap(({ kind, at }) =>
        kind === 'dropped' && at && at.family !== 'bridge' ? [at] : [],
      ),
    );
    const clients = [...new Set(refused.map(({ client }) => client))];
    return [
      {
        ...first,
        clients,
        drops,
        share: met.size / paths.length,
        enforcement: enforcementOf(input, drops, clients, first.endpoint),
      },
    ];
  });
}

/** A path, walked or not. */
type Path = Pick<Verification, 'expectation'> & Partial<Pick<Verification, 'discrepancies'>>;

interface Refused extends Pick<RefusedClients, 'refusal' | 'endpoint' | 'server' | 'protocol'> {
  readonly client: Pod;
}

function pathsOf({ world, subject: { service, from }, verifications }: CheckInput): readonly Path[] {
  if (verifications.length > 0 || service === undefined) return verifications;
  return frontendsOf(world, service).flatMap((frontend) =>
    vantagesOf(world, frontend, from).map((vantage) => ({
      expectation: expectFrontend(world, frontend, vantage),
    })),
  );
}

function refusedOn({ world }: CheckInput, { expectation }: Path, direction: PolicyDirection): Refused[] {
  const { vantage, frontend, endpoints }: Expectation = expectation;
  const client = podAt(world, vantage);
  if (client === undefined) return [];
  return endpoints.flatMap((endpoint) => {
    const { refusals } = admissionOf(world, vantage, endpoint, frontend.protocol);
    const refusal = refusals.find((each) => each.direction === direction);
    if (refusal === undefined) return [];
    const server = podAt(world, endpoint);
    const protocol = protocolName(frontend.protocol).toUpperCase();
    return [{ refusal, client, endpoint, protocol, ...(server ? { server } : {}) }];
  });
}

function enforcementOf(
  { world, verifications }: CheckInput,
  drops: readonly RuleReference[],
  clients: readonly Pod[],
  endpoint: Endpoint,
): RefusedClients['enforcement'] {
  if (drops.length > 0) return 'seen';
  const engine = findPolicyEngine(world);
  if (engine?.isWalked === false) return 'hidden';
  if (verifications.length === 0) return 'unseen';
  // A plugin that is known to enforce nothing, or an engine whose rules let the packets pass.
  if (engine !== undefined || runsFlannel(world)) return 'none';
  // Rules in a pod's own network or in eBPF programs are in no dump of the node; its connections tell.
  const tried = clients.flatMap((client) => connectionsOf(world, client, endpoint));
  if (tried.some(({ isUnreplied }) => isUnreplied)) return 'hidden';
  return tried.length > 0 ? 'none' : 'unseen';
}

function connectionsOf(world: World, client: Pod, { address, port }: Endpoint): readonly ConntrackEntry[] {
  const own = new Set(addressesOfPod(client).flatMap((text) => parseIp(text) ?? []));
  return [...world.nodeStates.values()].flatMap(({ conntrack = [] }) =>
    conntrack.filter(
      ({ original, reply }) =>
        own.has(original.source) && reply.source === address && reply.sourcePort === port,
    ),
  );
}

function runsFlannel({ pods }: World): boolean {
  return pods.some(({ spec }) => spec.containers.some(({ image = '' }) => /flannel/.test(image)));
}
