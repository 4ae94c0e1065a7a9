import type { Service } from '../../world/kubernetes/objects.ts';
import { perWorld } from '../../world/per-world.ts';
import { findService } from '../../intent/service-index.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

/** Another Service claims the same external address and port, so the node decides which one answers. */
export const claimedOnce: Check = defineCheck({
  id: 'service/claimed-once',
  asserts: 'no other Service claims the same address and port',
  faults: ['S09'],
  needs: ['service', 'services'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const own = claimsOf(service);
    const rivals = new Set(own.flatMap((claim) => claimantsOf(world).get(claim) ?? []));
    rivals.delete(service);
    for (const other of rivals) {
      const shared = claimsOf(other).filter((claim) => own.includes(claim));
      const { namespace, name } = service.metadata;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        share: [0, 1],
        summary: `${shared.join(', ')} is claimed by ${namespace}/${name} and by ${other.metadata.namespace}/${other.metadata.name}; which one answers is not defined`,
        evidence: [service, other].map((each) => ({
          ...world.locate(each, 'spec'),
          text: claimsOf(each).join(', '),
        })),
        remedy: {
          text: 'give one of them another address or port',
          commands: [`kubectl -n ${other.metadata.namespace} get service ${other.metadata.name} -o yaml`],
        },
        repair: (before) => withoutClaims(before, other, shared),
      };
    }
  },
});

/** The Services that claim each address and port. */
const claimantsOf = perWorld(({ services }): ReadonlyMap<string, readonly Service[]> => {
  const claimants = new Map<string, Service[]>();
  for (const service of services) {
    for (const claim of claimsOf(service)) {
      const before = claimants.get(claim);
      if (before) before.push(service);
      else claimants.set(claim, [service]);
    }
  }
  return claimants;
});

/** What a Service claims beside its own ClusterIP: `203.0.113.7:80/TCP`, `NodePort 30080/TCP`. */
function claimsOf({ spec, status }: Service): string[] {
  const addresses = [
    ...(spec.externalIPs ?? []),
    ...(status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : [ip])),
  ];
  return (spec.ports ?? []).flatMap(({ port, nodePort, protocol = 'TCP' }) => [
    ...addresses.map((address) => `${address}:${port}/${protocol}`),
    ...(nodePort ? [`NodePort ${nodePort}/${protocol}`] : []),
  ]);
}

/** `world` in which the rival has given up `claims`, and every node's kube-proxy follows. */
function withoutClaims(world: World, { metadata }: Service, claims: readonly string[]): World {
  const rival = findService(world, `${metadata.namespace}/${metadata.name}`);
  if (rival === undefined) return world;
  const { spec, status } = rival;
  const isShared = (address: string | undefined): boolean =>
    claims.some((claim) => address !== undefined && claim.startsWith(`${address}:`));
  const ports = (spec.ports ?? []).map(({ nodePort, ...port }) =>
    nodePort !== undefined && !claims.includes(`NodePort ${nodePort}/${port.protocol ?? 'TCP'}`)
      ? { ...port, nodePort }
      : port,
  );
  const ingress = status?.loadBalancer?.ingress?.filter(({ ip }) => !isShared(ip));
  return withServiceFollowed(world, {
    ...rival,
    spec: {
      ...spec,
      ports,
      ...(spec.externalIPs ? { externalIPs: spec.externalIPs.filter((ip) => !isShared(ip)) } : {}),
    },
    ...(ingress ? { status: { ...status, loadBalancer: { ingress } } } : {}),
  });
}
