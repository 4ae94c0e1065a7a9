import { type Ip, formatAddressPort, formatIp } from '../../model/address.ts';
import type { Frontend } from '../../model/frontend.ts';
import type { ProbeObservation } from '../../model/observation.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { type CheckInput, type Check, defineCheck } from '../check.ts';

/** A connection from the machine that asks got no answer at an outside address, although every node that was read lets clients outside through. */
export const reachedFromHere: Check = defineCheck({
  id: 'observed/reached-from-here',
  asserts: 'the addresses of the Service for clients outside take connections from where Plumb runs',
  faults: ['X12', 'X06', 'X09'],
  needs: ['service', 'verifications', 'probesFromHere'],
  *run(input) {
    const { namespace, name } = input.subject;
    for (const { kind, address, port, text } of outsideFrontends(input)) {
      const failed = input.world.probes.find(
        (probe) =>
          probe.from.kind === 'machine' && probe.address === formatIp(address) && probe.port === port,
      );
      const result = failed && resultOf(failed);
      if (failed === undefined || result === undefined) continue;
      const isNodePort = kind === 'nodePort';
      yield {
        // There may be no way from here to the addresses of nodes; those of a load balancer are made to be reached.
        severity: isNodePort ? 'info' : 'warning',
        subject: `Service ${namespace}/${name}`,
        frontend: `${text}/tcp`,
        faults: isNodePort ? ['X06'] : kind === 'externalIP' ? ['X09', 'X06'] : ['X12', 'X06'],
        summary: `a connection from this machine to ${text} ended with ${result}, although the nodes let clients outside through: what is between was not seen`,
        evidence: [{ source: failed.source, text: `tcp ${text} from this machine: ${result}` }],
        remedy: {
          text: isNodePort
            ? 'see whether a firewall before the nodes admits the port, or ask from a machine with a way to them'
            : 'see the health checks and targets of the load balancer, and the firewall before the nodes',
          commands: [`kubectl -n ${namespace} describe service ${name}`],
        },
      };
    }
  },
});

interface OutsideFrontend {
  readonly kind: Frontend['kind'];
  readonly address: Ip;
  readonly port: number;
  readonly text: string;
}

/** What clients outside reach the Service by, each once, where no walked path from outside is known to fail. */
function outsideFrontends({ verifications }: CheckInput): OutsideFrontend[] {
  const found = new Map<string, OutsideFrontend>();
  const failing = new Set<string>();
  for (const { expectation, works } of verifications) {
    const { frontend, vantage, outcome } = expectation;
    if (vantage.kind !== 'external' || frontend.protocol !== PROTOCOL.tcp) continue;
    const text = formatAddressPort(frontend.address, frontend.port);
    if (outcome !== 'endpoints' || works[1] < 1) failing.add(text);
    found.set(text, { kind: frontend.kind, address: frontend.address, port: frontend.port, text });
  }
  return [...found.values()].filter(({ text }) => !failing.has(text));
}

/** How it failed; undefined where a connection stood, or the try itself broke. */
function resultOf({ results }: ProbeObservation): string | undefined {
  if (results.connected !== undefined) return undefined;
  return (['timeout', 'refused', 'reset', 'no-route'] as const).find(
    (result) => results[result] !== undefined,
  );
}
