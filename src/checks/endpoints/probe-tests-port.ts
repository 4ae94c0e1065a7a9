import { PROTOCOL } from '../../model/protocol.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { findDnsService } from '../../world/find-dns-service.ts';
import type { Container, Pod } from '../../world/kubernetes/objects.ts';
import { selectedPods } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';

/** Ready pods are probed on a port that clients do not use, and nothing that was seen shows that anybody was answered on the one they do. */
export const probeTestsPort: Check = defineCheck({
  id: 'endpoints/probe-tests-port',
  asserts: 'a probe of the pods asks a port of the Service, or clients were answered there',
  faults: ['E04', 'P02', 'S03'],
  needs: ['service', 'pods', 'verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    const { service, isOneOfMany } = subject;
    // CoreDNS is probed on a port of its own, and has checks of its own.
    if (!service || isOneOfMany || service === findDnsService(world)) return;
    const used = portsOf(verifications);
    const pods = selectedPods(world, service);
    const [pod] = pods;
    const probed = pods.map((each) => probedPorts(each));
    if (!pod || used.size === 0 || wasAnswered(world, verifications)) return;
    if (probed.some((ports) => ports.length === 0 || ports.some((port) => used.has(port)))) return;
    const { namespace, name } = pod.metadata;
    const clients = [...used].join(', ');
    const asked = [...new Set(probed.flat())].join(', ');
    yield {
      severity: 'warning',
      subject: `Service ${subject.namespace}/${subject.name}`,
      share: [0, 1],
      summary: `the pods are ready because they answer their probe on ${asked}; clients are sent to ${clients}, where no connection that was seen got an answer`,
      evidence: [
        {
          ...world.locate(pod, 'spec.containers'),
          text: `pod ${name} is probed on ${asked}, not on ${clients}`,
        },
      ],
      remedy: {
        text: `see whether the pods listen on ${clients}; let the readiness probe ask the port that clients use`,
        commands: [`kubectl -n ${namespace} exec ${name} -- ss -lnt`],
      },
    };
  },
});

/** The kubelet has no probe for anything but TCP. */
function portsOf(verifications: readonly Verification[]): Set<number> {
  return new Set(
    verifications
      .filter(({ expectation }) => expectation.frontend.protocol === PROTOCOL.tcp)
      .flatMap(({ expectation }) => expectation.endpoints.map(({ port }) => port)),
  );
}

function wasAnswered(world: World, verifications: readonly Verification[]): boolean {
  return verifications.some(({ expectation }) =>
    expectation.endpoints.some((endpoint) =>
      connectionsTo(world, endpoint).some(({ entry }) => !entry.isUnreplied),
    ),
  );
}

/** Ports that the kubelet asks; none where a probe runs a command or goes by way of istio's agent: either may test anything. */
function probedPorts({ spec }: Pod): number[] {
  const probes = spec.containers.flatMap((container) =>
    [container.readinessProbe, container.livenessProbe].flatMap((probe) =>
      probe ? [{ container, probe }] : [],
    ),
  );
  if (probes.some(({ probe }) => probe.exec !== undefined || BY_AGENT.test(probe.httpGet?.path ?? '')))
    return [];
  return probes.flatMap(({ container, probe }) => {
    const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
    return port === undefined ? [] : (numberOf(port, container) ?? []);
  });
}

/** *Source:* istio pkg/kube/inject/app_probe.go. */
const BY_AGENT = /^\/app-health\//;

function numberOf(port: number | string, { ports = [] }: Container): number | undefined {
  return typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
}
