import { isHeard } from '../../dataplane/sockets/listens-on.ts';
import { type Ip, parseIp } from '../../model/address.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { nodeWithAddress } from '../../intent/nodes-of.ts';
import { findService } from '../../intent/service-index.ts';
import type { Service, ServicePort } from '../../world/kubernetes/objects.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { perWorld } from '../../world/per-world.ts';
import { withService } from '../../world/expected-slices.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { withoutDummyAddress } from '../ipvs-dummy.ts';

/**
 * An external address of a Service is a node's own: connections to the node end at the Service, on every node in IPVS mode. There it is every Service's matter
 * for clients that have the address, or ask for it.
 */
export const noCollision: Check = defineCheck({
  id: 'external/no-collision',
  asserts: 'no external address of the Service is a node’s own',
  faults: ['R15', 'X09'],
  needs: ['service', 'nodeAddresses'],
  *run({ world, subject: { service }, verifications }) {
    if (!service) return;
    const own = claimsOf(service).flatMap((text) => claimOfNode(world, service, text) ?? []);
    if (!hasIpvs(world)) {
      for (const claim of own) yield* heldBack(world, claim);
      return;
    }
    const met = claimsOfNodes(world).filter(
      ({ claimant, address }) => claimant !== service && verifications.some((each) => meets(each, address)),
    );
    for (const claim of [...own, ...met]) yield takenEverywhere(world, claim);
  },
});

/** An external address of `claimant` that `node` has. */
interface Claim {
  readonly claimant: Service;
  readonly text: string;
  readonly address: Ip;
  readonly node: string;
}

const hasIpvs = perWorld(({ kubeProxies }) =>
  [...kubeProxies.values()].some(
    ({ config, modesInKernel }) => config.mode === 'ipvs' || modesInKernel.includes('ipvs'),
  ),
);

const claimsOfNodes = perWorld((world) =>
  world.services.flatMap((service) =>
    claimsOf(service).flatMap((text) => claimOfNode(world, service, text) ?? []),
  ),
);

function claimsOf({ spec, status }: Service): string[] {
  const ingress = (status?.loadBalancer?.ingress ?? []).filter(({ ipMode }) => ipMode !== 'Proxy');
  return [...(spec.externalIPs ?? []), ...ingress.flatMap(({ ip }) => ip ?? [])];
}

function claimOfNode(world: World, claimant: Service, text: string): Claim | undefined {
  const address = parseIp(text);
  const node = address === undefined ? undefined : nodeWithAddress(world, address);
  return address === undefined || node === undefined ? undefined : { claimant, text, address, node };
}

/** Whether a client that fails has the address itself, or asks for it. */
function meets({ works, expectation, discrepancies }: Verification, address: Ip): boolean {
  const { vantage, frontend } = expectation;
  const isConcerned = vantage.address === address || frontend.address === address;
  return isConcerned && works[1] < 1 && discrepancies.length > 0;
}

/** Every node takes the address for itself. */
function takenEverywhere(world: World, claim: Claim): Problem {
  const { claimant, text, node } = claim;
  const { namespace, name } = claimant.metadata;
  return {
    severity: 'error',
    subject: `Service ${namespace}/${name}`,
    node,
    share: [0, 1],
    faults: ['R15', 'X09'],
    summary: `${text}, an external address of ${namespace}/${name}, is ${node}’s own: in IPVS mode every node takes it for itself and talks to itself instead of that node`,
    evidence: evidenceOf(world, claimant, text),
    remedy: remedyFor(claimant),
    repair: (before) => withoutClaim(before, claim),
  };
}

/** What listens at the node gets nothing from outside. */
function* heldBack(world: World, { claimant, text, address, node }: Claim): Generator<Problem> {
  const taken = (claimant.spec.ports ?? []).filter((port) => isHeldBy(world, node, address, port));
  if (taken.length === 0) return;
  const { namespace, name } = claimant.metadata;
  yield {
    severity: 'warning',
    subject: `Service ${namespace}/${name}`,
    node,
    faults: ['X09', 'R15'],
    summary: `${text}, an external address of ${namespace}/${name}, is ${node}’s own, and what listens there on ${taken.map(({ port }) => port).join(', ')} gets no connection from outside: the Service takes it`,
    evidence: evidenceOf(world, claimant, text),
    remedy: remedyFor(claimant),
  };
}

function evidenceOf(world: World, claimant: Service, text: string): Problem['evidence'] {
  return [{ ...world.locate(claimant, 'spec'), text: `external address ${text}` }];
}

function remedyFor({ metadata: { namespace, name } }: Service): NonNullable<Problem['remedy']> {
  return {
    text: 'use an address that no machine has',
    commands: [`kubectl -n ${namespace} get service ${name} -o yaml`],
  };
}

/**
 * Whether a program of `node` listens on the Service’s port of all addresses; kube-proxy before 1.24 held the port of one of them itself.
 * *Source:* kubernetes/kubernetes#108496.
 */
function isHeldBy(world: World, node: string, address: Ip, { port, protocol }: ServicePort): boolean {
  const { sockets = [] } = world.nodeStates.get(node) ?? {};
  const wide = sockets.filter((socket) => socket.address === undefined);
  const number = parseProtocol(protocol ?? 'TCP');
  return number !== undefined && isHeard(wide, { address, port, protocol: number }) === true;
}

/** `world` in which the claimant, where it is there, does not claim the address, and every node has let it go. */
function withoutClaim(world: World, { claimant, text, address }: Claim): World {
  const { spec, status, metadata } = claimant;
  const isThere = findService(world, `${metadata.namespace}/${metadata.name}`) !== undefined;
  const externalIPs = spec.externalIPs?.filter((each) => each !== text);
  const ingress = status?.loadBalancer?.ingress?.filter(({ ip }) => ip !== text);
  const without: Service = {
    ...claimant,
    spec: { ...spec, ...(externalIPs ? { externalIPs } : {}) },
    ...(ingress ? { status: { ...status, loadBalancer: { ingress } } } : {}),
  };
  return withoutDummyAddress(isThere ? withService(world, without) : world, address);
}
