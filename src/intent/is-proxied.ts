import type { Service } from '../world/kubernetes/objects.ts';

/** Labels by which kube-proxy's informers leave a Service out, whatever their value. */
const LEFT_OUT = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'] as const;

/**
 * Why kube-proxy writes nothing for `service`; undefined where it does.
 * *Source:* `ShouldSkipService`, kubernetes v1.37 pkg/proxy/util/utils.go; informer selectors in cmd/kube-proxy/app/server.go.
 */
export function whyNotProxied({ metadata, spec }: Service): string | undefined {
  if (spec.type === 'ExternalName') return 'type ExternalName is a DNS name, not an address';
  if (spec.clusterIP === 'None') return 'a headless Service has no address of its own';
  if (spec.clusterIP === undefined || spec.clusterIP === '') return 'the Service has no clusterIP (yet)';
  const label = LEFT_OUT.find((name) => name in (metadata.labels ?? {}));
  return label === undefined ? undefined : `label ${label} takes the Service away from kube-proxy`;
}
