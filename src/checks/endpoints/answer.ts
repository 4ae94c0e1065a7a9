import type { Pod } from '../../world/kubernetes/objects.ts';
import { selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';
import { isApi } from '../is-api.ts';
import { silentEndpoints } from '../silent-endpoints.ts';

/** Every path leads to the endpoint, and the nodes’ connection tables show that it never answered. */
export const answer: Check = defineCheck({
  id: 'endpoints/answer',
  asserts: 'endpoints that packets reach answer them',
  faults: ['S03', 'P02', 'P01', 'E04'],
  needs: ['verifications', 'endpointSlices', 'pods', 'conntrack'],
  *run({ world, subject: { service, namespace, name }, verifications }) {
    // API servers name their endpoints themselves.
    if (!service || isApi({ namespace, name })) return;
    const silent = silentEndpoints(world, verifications);
    if (!silent) return;
    const { endpoints, share, text, evidence } = silent;
    const ports = [...new Set(endpoints.map(({ port }) => port))];
    const pods = selectedPods(world, service);
    const undeclared = pods.length > 0 && pods.every((pod) => !declares(pod, ports));
    const probed = pods.some((pod) => probesElsewhere(pod, ports));
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share,
      faults: undeclared
        ? ['S03', 'P02', 'P01', 'E04']
        : probed
          ? ['E04', 'P02', 'S03', 'P01']
          : ['P02', 'P01', 'E04', 'S03'],
      summary: `packets reach ${text}, which ${endpoints.length === 1 ? 'has' : 'have'} answered none${undeclared ? `; the pods declare ${declaredText(pods)}, not ${ports.join(', ')}` : probed ? '; their readiness probe asks another port' : ''}`,
      evidence,
      remedy: {
        text: undeclared
          ? `set targetPort to the port that the pods listen on (${declaredText(pods)})`
          : 'let the application listen on this port, on all addresses',
        commands: [
          `kubectl -n ${namespace} exec ${pods[0]?.metadata.name ?? 'POD'} -- ss -lnt`,
          `kubectl -n ${namespace} get service ${name} -o jsonpath='{.spec.ports}'`,
        ],
      },
    };
  },
});

function declares({ spec }: Pod, ports: readonly number[]): boolean {
  const declared = spec.containers.flatMap((container) =>
    (container.ports ?? []).map(({ containerPort }) => containerPort),
  );
  return declared.length === 0 || declared.some((port) => ports.includes(port));
}

function declaredText(pods: readonly Pod[]): string {
  const declared = pods.flatMap(({ spec }) =>
    spec.containers.flatMap((container) => (container.ports ?? []).map(({ containerPort }) => containerPort)),
  );
  return [...new Set(declared)].join(', ');
}

function probesElsewhere({ spec }: Pod, ports: readonly number[]): boolean {
  return spec.containers.some(({ readinessProbe }) => {
    const asked = readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port;
    return typeof asked === 'number' && !ports.includes(asked);
  });
}
