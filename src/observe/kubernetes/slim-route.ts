interface Route {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: {
    readonly defaultBackend?: unknown;
    readonly rules?: readonly {
      readonly http?: { readonly paths?: readonly { readonly backend?: unknown }[] };
      readonly backendRefs?: unknown;
    }[];
  };
}

/** An Ingress or HTTPRoute without hosts, paths, certificates and annotations: only what it leads to is judged. */
export function slimRoute(object: unknown): object {
  const { metadata = {}, spec = {} } = object as Route;
  return {
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec: {
      defaultBackend: spec.defaultBackend,
      rules: spec.rules?.map(({ http, backendRefs }) => ({
        http: http && { paths: http.paths?.map(({ backend }) => ({ backend })) },
        backendRefs,
      })),
    },
  };
}
