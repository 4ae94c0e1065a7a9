import { familyOf } from '../model/address.ts';
import type { Frontend } from '../model/frontend.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { whyNotProxied } from './is-proxied.ts';
import { findNode } from './nodes-of.ts';
import { type ProxyFacts, proxyFactsOf } from './proxy-facts.ts';
import { type EndpointSelection, selectEndpoints, targetsOf } from './select-endpoints.ts';
import { selectionRulesOf } from './selection-rules.ts';
import { findPort, findService } from './service-index.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** What is the same for all clients whose packets one node answers. */
export interface Ground {
  readonly service: Service;
  readonly facts: ProxyFacts;
  readonly selection: EndpointSelection;
}

const grounds = perWorld(() => new WeakMap<Frontend, Map<string, Ground | string>>());

/** What `node` answers by for `frontend`, of a kube-proxy of `release` where that is given; why it does not answer, where the Service is not kube-proxy’s. */
export function groundOf(
  world: World,
  frontend: Frontend,
  node: string,
  release: string | undefined,
): Ground | string {
  if (release !== undefined) return findGround(world, frontend, node, release);
  const known = grounds(world);
  let byNode = known.get(frontend);
  if (byNode === undefined) known.set(frontend, (byNode = new Map()));
  let ground = byNode.get(node);
  if (ground === undefined) byNode.set(node, (ground = findGround(world, frontend, node, release)));
  return ground;
}

function findGround(
  world: World,
  frontend: Frontend,
  node: string,
  release: string | undefined,
): Ground | string {
  const service = findService(world, frontend.service);
  if (service === undefined) return `Service ${frontend.service} does not exist`;
  const why = whyNotProxied(service);
  if (why !== undefined) return why;
  const port = findPort(service, frontend);
  if (port === undefined) return `Service ${frontend.service} has no such port`;
  const facts = proxyFactsOf(world, node, release);
  const zone = findNode(world, node)?.metadata.labels?.[ZONE];
  const name = facts.config.hostnameOverride === '' ? node : facts.config.hostnameOverride;
  const own = isOwnName(world, node, name) ? name : node;
  const targets = targetsOf(world, service, port, familyOf(frontend.address));
  return { service, facts, selection: selectEndpoints(targets, own, zone, selectionRulesOf(facts, service)) };
}

/** A configuration that stands for another node's does not carry that node's name. */
function isOwnName(world: World, node: string, name: string): boolean {
  return world.kubeProxies.get(node)?.config.hostnameOverride === name;
}
