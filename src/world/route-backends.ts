import type { HttpRoute, Ingress, KubernetesObject } from './kubernetes/objects.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** A Service that an Ingress or an HTTPRoute leads to. */
export interface RouteBackend {
  readonly object: KubernetesObject;
  /** Where it stands in the object. */
  readonly path: string;
  /** `namespace/name` of the Service. */
  readonly service: string;
  /** By number or name. */
  readonly port: number | string;
}

/** What Ingresses and HTTPRoutes that were read lead to; other kinds of backends are left out. *Source:* networking.k8s.io/v1, gateway.networking.k8s.io/v1. */
export const routeBackends: (world: World) => readonly RouteBackend[] = perWorld(
  ({ ingresses, httpRoutes }) => [...ingresses.flatMap(ofIngress), ...httpRoutes.flatMap(ofRoute)],
);

function ofIngress(object: Ingress): RouteBackend[] {
  const { defaultBackend, rules = [] } = object.spec;
  const all = [
    { path: 'spec.defaultBackend', backend: defaultBackend },
    ...rules.flatMap(({ http }, rule) =>
      (http?.paths ?? []).map(({ backend }, index) => ({
        path: `spec.rules[${rule}].http.paths[${index}]`,
        backend,
      })),
    ),
  ];
  return all.flatMap(({ path, backend }) => {
    const { name, port = {} } = backend?.service ?? {};
    const wanted = port.number ?? port.name;
    // The AWS controller's name for what an annotation says.
    if (name === undefined || wanted === undefined || wanted === 'use-annotation') return [];
    return [{ object, path, service: `${object.metadata.namespace}/${name}`, port: wanted }];
  });
}

function ofRoute(object: HttpRoute): RouteBackend[] {
  return (object.spec.rules ?? []).flatMap(({ backendRefs = [] }, rule) =>
    backendRefs.flatMap(({ group = '', kind = 'Service', namespace, name, port }, index) =>
      group !== '' || kind !== 'Service' || port === undefined
        ? []
        : [
            {
              object,
              path: `spec.rules[${rule}].backendRefs[${index}]`,
              service: `${namespace ?? object.metadata.namespace}/${name}`,
              port,
            },
          ],
    ),
  );
}
