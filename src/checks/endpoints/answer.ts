import { formatAddressPort } from '../../model/address.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import { selectedPods } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';
import { type TrackedConnection, connectionsTo } from '../connections-to.ts';

/** So many connections without an answer, and none with one, are no accident. */
const LEAST = 2;

/** Every path leads to the endpoint, and the nodes’ connection tables show that it never answered. */
export const answer: Check = defineCheck({
  id: 'endpoints/answer',
  asserts: 'endpoints that packets reach answer them',
  faults: ['S03', 'P02', 'P01', 'E04', 'O02'],
  needs: ['verifications', 'endpointSlices', 'pods', 'conntrack'],
  *run({ world, subject: { service, namespace, name }, verifications }) {
    if (!service) return;
    const reached = verifications
      .filter(({ works }) => works[0] > 1 - 1e-6)
      .flatMap(({ expectation }) => expectation.endpoints);
    const endpoints = [
      ...new Map(reached.map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint])).values(),
    ];
    const silent = endpoints.filter((endpoint) => isSilent(connectionsTo(world, endpoint)));
    const heard = endpoints.some((endpoint) =>
      connectionsTo(world, endpoint).some(({ entry }) => !entry.isUnreplied),
    );
    const [first] = silent;
    if (!first) return;
    const ports = [...new Set(silent.map(({ port }) => port))];
    const pods = selectedPods(world, service);
    const undeclared = pods.length > 0 && pods.every((pod) => !declares(pod, ports));
    // API servers write their slice themselves, with the address that each advertises.
    const isApi = namespace === 'default' && name === 'kubernetes';
    const probed = pods.some((pod) => probesElsewhere(pod, ports));
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share: heard || silent.length < endpoints.length ? [0, 1] : [1, 1],
      faults: isApi
        ? ['O02']
        : undeclared
          ? ['S03', 'P02', 'P01', 'E04']
          : probed
            ? ['E04', 'P02', 'S03', 'P01']
            : ['P02', 'P01', 'E04', 'S03'],
      summary: `packets reach ${silent.map(({ address, port }) => formatAddressPort(address, port)).join(', ')}, which ${silent.length === 1 ? 'has' : 'have'} answered none${undeclared ? `; the pods declare ${declaredText(pods)}, not ${ports.join(', ')}` : probed ? '; their readiness probe asks another port' : ''}`,
      evidence: silent.slice(0, 3).map((endpoint) => ({
        source: 'conntrack of the nodes',
        text: `${connectionsTo(world, endpoint).length} connections to ${formatAddressPort(endpoint.address, endpoint.port)} [UNREPLIED], none answered`,
      })),
      remedy: {
        text: isApi
          ? 'let each API server advertise an address that nodes and pods reach (--advertise-address)'
          : undeclared
            ? `set targetPort to the port that the pods listen on (${declaredText(pods)})`
            : 'let the application listen on this port, on all addresses',
        commands: isApi
          ? ['kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes']
          : [
              `kubectl -n ${namespace} exec ${pods[0]?.metadata.name ?? 'POD'} -- ss -lnt`,
              `kubectl -n ${namespace} get service ${name} -o jsonpath='{.spec.ports}'`,
            ],
      },
    };
  },
});

function isSilent(connections: readonly TrackedConnection[]): boolean {
  return connections.length >= LEAST && connections.every(({ entry }) => entry.isUnreplied);
}

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
