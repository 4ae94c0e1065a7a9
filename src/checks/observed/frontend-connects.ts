import { formatAddressPort } from '../../model/address.ts';
import { PROTOCOL, protocolName } from '../../model/protocol.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import { triedConnections } from '../../verify/tried-connections.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { passingCauseOf } from '../passing-cause.ts';

/** Connections to the Service failed where all that was read leads to endpoints, and these can be reached: the model lacks something. */
export const frontendConnects: Check = defineCheck({
  id: 'observed/frontend-connects',
  asserts: 'connections that were tried to the Service stood, as its rules promise',
  faults: ['F07', 'C01', 'R03', 'P04', 'E14', 'C02'],
  needs: ['verifications', 'probes'],
  *run({ world, subject: { service, namespace, name }, verifications }) {
    for (const { expectation, works } of verifications) {
      const { frontend, vantage } = expectation;
      if (expectation.outcome !== 'endpoints' || works[0] < 1 - 1e-6) continue;
      const tried = triedConnections(world, vantage, frontend);
      if (tried === undefined || tried.connected === tried.tries || isEndpointsMatter(world, expectation))
        continue;
      const isUdp = frontend.protocol === PROTOCOL.udp;
      // A datagram may be lost, or be one too many for the server.
      if (isUdp && (tried.connected > 0 || !isAnsweredByAll(world, expectation))) continue;
      const protocol = protocolName(frontend.protocol);
      const failed = tried.tries - tried.connected;
      const passing = passingCauseOf(world, service, expectation, tried);
      const to = formatAddressPort(frontend.address, frontend.port);
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        node: vantage.node,
        frontend: `${to}/${protocol}`,
        vantage: tried.from,
        ...(passing ? { faults: passing.faults } : {}),
        share: [0, 1],
        summary: `${failed} of ${tried.tries} ${isUdp ? 'questions by UDP' : 'connections'} from ${tried.from} to ${to} ended with ${tried.failures[0]}, although ${isUdp ? 'the endpoints answer, and ' : ''}every rule and route that was read leads to an endpoint: ${passing?.text ?? 'something on the way was not read or is not modelled'}`,
        evidence: [
          {
            source: tried.source,
            text: `${protocol} ${to} from ${tried.from}: ${tried.connected} of ${tried.tries} stood`,
          },
          ...(passing?.evidence ?? []),
        ],
        remedy: {
          text:
            passing?.remedy ??
            'look for what is not in the rules: eBPF programs, another table, a full connection table, an overloaded application',
          commands: [`kubectl debug node/${vantage.node} -it --image=nicolaka/netshoot -- conntrack -S`],
        },
      };
    }
  },
});

/** Whether every endpoint answered what it was asked from there: without that, silence by UDP proves nothing. */
function isAnsweredByAll(
  world: World,
  { vantage, frontend: { protocol }, endpoints }: Verification['expectation'],
): boolean {
  return endpoints.every(
    (endpoint) => (triedConnections(world, vantage, { ...endpoint, protocol })?.connected ?? 0) > 0,
  );
}

/** Whether an endpoint itself could not be reached from there: then the frontend is not to blame. */
function isEndpointsMatter(
  world: World,
  { vantage, frontend: { protocol }, endpoints }: Verification['expectation'],
): boolean {
  return endpoints.some(
    (endpoint) => triedConnections(world, vantage, { ...endpoint, protocol })?.connected === 0,
  );
}
