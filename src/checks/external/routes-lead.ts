import { nearestName } from '../../model/nearest-name.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import { perWorld } from '../../world/per-world.ts';
import { type RouteBackend, routeBackends } from '../../world/route-backends.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** An Ingress or HTTPRoute leads to a port that the Service lacks, or to a name that is nearly the Service's. */
export const routesLead: Check = defineCheck({
  id: 'external/routes-lead',
  asserts: 'Ingresses and HTTPRoutes that were read lead to ports that the Service has',
  faults: ['X13'],
  needs: ['service', 'services'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const { namespace, name } = service.metadata;
    const told = new Set<string>();
    for (const backend of byService(world).get(`${namespace}/${name}`) ?? []) {
      const wrong =
        backend.service === `${namespace}/${name}`
          ? wrongPort(service, backend)
          : `Service ${backend.service}, which does not exist (did you mean ${name}?)`;
      if (wrong === undefined || told.has(wrong)) continue;
      told.add(wrong);
      yield tell(world, backend, wrong);
    }
  },
});

/** By the Service that is led to; where there is none, by the one of its namespace with the nearest name. */
const byService = perWorld((world): ReadonlyMap<string, readonly RouteBackend[]> => {
  const names = new Map<string, string[]>();
  for (const { metadata } of world.services) {
    const known = names.get(metadata.namespace);
    if (known === undefined) names.set(metadata.namespace, [metadata.name]);
    else known.push(metadata.name);
  }
  const found = new Map<string, RouteBackend[]>();
  for (const backend of routeBackends(world)) {
    const [namespace = '', name = ''] = backend.service.split('/');
    const own = names.get(namespace) ?? [];
    const meant = own.includes(name) ? name : nearestName(name, own);
    if (meant === undefined) continue;
    const key = `${namespace}/${meant}`;
    found.set(key, [...(found.get(key) ?? []), backend]);
  }
  return found;
});

function wrongPort({ metadata, spec }: Service, { port }: RouteBackend): string | undefined {
  const ports = spec.ports ?? [];
  if (spec.type === 'ExternalName' || ports.some((each) => each.port === port || each.name === port))
    return undefined;
  const near = ports.find(
    ({ targetPort, nodePort }) => String(targetPort) === String(port) || nodePort === port,
  );
  const list = ports.map((each) => `${each.port}${each.name === undefined ? '' : ` (${each.name})`}`);
  return `${port} of ${metadata.namespace}/${metadata.name}, ${near === undefined ? `which has ${list.join(', ') || 'no port'}` : `which is the ${near.nodePort === port ? 'nodePort' : 'targetPort'} behind its port ${near.port}`}`;
}

function tell(world: World, { object, path, port }: RouteBackend, to: string): Problem {
  const { namespace, name } = object.metadata;
  const kind = object.kind;
  return {
    severity: 'warning',
    subject: `${kind} ${namespace}/${name}`,
    summary: `${kind} ${namespace}/${name} leads to ${to.startsWith('Service ') ? to : `port ${to}`}: clients that come this way get an error`,
    evidence: [{ ...world.locate(object, path), text: `port ${port}` }],
    remedy: {
      text: 'name a Service and a port that are there',
      commands: [`kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`],
    },
  };
}
