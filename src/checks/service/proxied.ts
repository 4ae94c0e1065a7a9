import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

const LABELS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];

/** A label tells kube-proxy to leave the Service alone. */
export const proxied: Check = defineCheck({
  id: 'service/proxied',
  asserts: 'no label keeps kube-proxy from serving the Service',
  faults: ['S16'],
  needs: ['service'],
  *run({ world, subject: { service } }) {
    const labels = service?.metadata.labels ?? {};
    const label = LABELS.find((each) => each in labels);
    if (
      !service ||
      label === undefined ||
      service.spec.clusterIP === 'None' ||
      service.spec.type === 'ExternalName'
    )
      return;
    const { namespace, name } = service.metadata;
    const { [label]: value, ...rest } = labels;
    const fixed = { ...service, metadata: { ...service.metadata, labels: rest } };
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share: [1, 1],
      summary: `the label ${label}=${value} tells kube-proxy to leave ${namespace}/${name} to another proxy, so no node has a rule for it`,
      evidence: [{ ...world.locate(service, 'metadata.labels'), text: `${label}: ${value}` }],
      remedy: {
        text: 'remove the label, unless that proxy runs',
        commands: [`kubectl -n ${namespace} label service ${name} ${label}-`],
      },
      repair: (before) => withServiceFollowed(before, fixed),
    };
  },
});
