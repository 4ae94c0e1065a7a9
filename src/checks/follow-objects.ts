import type { Service } from '../world/kubernetes/objects.ts';
import { withService } from '../world/expected-slices.ts';
import type { World } from '../world/world.ts';
import { rewriteProxyRules } from './rewrite-proxy-rules.ts';

/** `world` with `service` changed, its slices and every node's kube-proxy following, as they would in a cluster. */
export function withServiceFollowed(world: World, service: Service): World {
  return proxiesFollow(withService(world, service));
}

/** `world` with the rules of every node's kube-proxy as the objects ask for. */
export function proxiesFollow(world: World): World {
  return rewriteProxyRules(world, [...world.nodeStates.keys()]);
}
