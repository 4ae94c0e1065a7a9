import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import type { Expectation } from '../intent/expectation.ts';
import { parseIp } from '../model/address.ts';
import type { Endpoint, Frontend } from '../model/frontend.ts';
import { PROTOCOL } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import type { Discrepancy, DiscrepancyKind, Verification } from './discrepancy.ts';

/** For tests: `address` as an Ip. */
export function ip(address: string): number | bigint {
  const parsed = parseIp(address);
  if (parsed === undefined) throw new Error(`no address: ${address}`);
  return parsed;
}

/** For tests: the ClusterIP frontend of `shop/web`. */
export const webFrontend: Frontend = {
  kind: 'clusterIP',
  service: 'shop/web',
  portName: 'http',
  address: ip('10.96.0.7'),
  port: 80,
  protocol: PROTOCOL.tcp,
};

/** For tests: an endpoint of `shop/web`. */
export const webEndpoint: Endpoint = {
  address: ip('10.244.1.9'),
  port: 8080,
  node: 'node-a',
  pod: 'shop/web-1',
};

/** For tests: a client, by default any pod on `node`. */
export function client(node: string, more: Partial<Vantage> = {}): Vantage {
  return { kind: 'pod', node, address: ip('10.244.9.9'), ...more };
}

/** For tests: the promise of one endpoint to a client on `node`. */
export function promise(node: string, more: Partial<Expectation> = {}): Expectation {
  return {
    frontend: webFrontend,
    vantage: client(node),
    outcome: 'endpoints',
    endpoints: [webEndpoint],
    sourceNat: ['keep'],
    because: [],
    assumed: [],
    ...more,
  };
}

/** For tests: a verification of `expectation` with the share that works and what differs; where all works, each endpoint gets its share. */
export function verified(
  expectation: Expectation,
  works: readonly [number, number],
  ...discrepancies: readonly Discrepancy[]
): Verification {
  const { vantage, frontend } = expectation;
  return {
    expectation,
    trace: {
      packet: {
        source: vantage.address,
        destination: frontend.address,
        destinationPort: frontend.port,
        protocol: frontend.protocol,
      },
      outcomes:
        works[0] === 1
          ? expectation.endpoints.map((endpoint, _, { length }) => arrival(endpoint, 1 / length))
          : [],
    },
    discrepancies,
    works,
  };
}

function arrival({ address, port, node }: Endpoint, share: number): Outcome {
  return {
    probability: [share, share],
    result: 'delivered',
    destination: { address, port },
    node: node ?? '',
    sourceNat: 'none',
    translatedBy: [],
    replyReturns: true,
    steps: [],
    unknowns: [],
  };
}

/** For tests: a discrepancy of `expectation` on `node`. */
export function differs(
  kind: DiscrepancyKind,
  expectation: Expectation,
  node: string,
  more: Partial<Discrepancy> = {},
): Discrepancy {
  return { kind, expectation, node, share: [1, 1], summary: `${kind} on ${node}`, unknowns: [], ...more };
}

/** For tests: a rule of `node` by which something is at fault. */
export function ruleAt(node: string, more: Partial<RuleReference> = {}): RuleReference {
  return {
    node,
    family: 'ip',
    table: 'filter',
    chain: 'FORWARD',
    rule: '-A FORWARD -j DROP',
    source: `nodes/${node}/iptables-save.txt`,
    line: 12,
    ...more,
  };
}
