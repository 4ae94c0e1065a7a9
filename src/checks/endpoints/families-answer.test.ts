import { describe } from 'vitest';
import {
  client,
  ip,
  promise,
  verified,
  webEndpoint,
  webFrontend,
} from '../../verify/verification-fixture.ts';
import { node, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { familiesAnswer } from './families-answer.ts';

const v6 = {
  frontend: { ...webFrontend, address: ip('fd00:96::7') },
  vantage: client('node-a', { address: ip('fd00:244:9::9') }),
  endpoints: [{ ...webEndpoint, address: ip('fd00:244:1::9') }],
};
const entry = (from: string, to: string, index: number): string =>
  `tcp      6 100 TIME_WAIT src=${from} dst=${to} sport=${40_000 + index} dport=8080 src=${to} dst=${from} sport=8080 dport=${40_000 + index} [ASSURED] mark=0 use=1`;
const ipv4 = (count: number) =>
  Array.from({ length: count }, (_, index) => entry('10.244.9.9', '10.244.1.9', index));
const ipv6 = (to: string) => [entry('fd00:244:9::9', to, 1)];
const table = (lines: readonly string[], works: readonly [number, number] = [1, 1]) => ({
  services: [service()],
  endpointslices: [slice()],
  nodes: [node()],
  verifications: [verified(promise('node-a'), [1, 1]), verified(promise('node-a', v6), works)],
  files: { 'nodes/node-a/conntrack.txt': `${lines.join('\n')}\n` },
});
const another = 'fd00:244:7::7';
const { files: _, ...blind } = table([]);

describe('endpoints/families-answer', () => {
  const broken = table([...ipv4(3), ...ipv6(another)]);
  const problem = {
    severity: 'warning' as const,
    share: [0, 1] as const,
    summary: /3 connections over IPv4 were answered, and none over IPv6/,
  };
  proveCheck(familiesAnswer, {
    healthy: table([...ipv4(3), ...ipv6('fd00:244:1::9')]),
    broken,
    problem,
    blind,
  });
  // The tables of one family were not read, few connections, and paths that fail for another reason.
  proveCheck(familiesAnswer, { healthy: table(ipv4(3)), broken, problem, blind });
  proveCheck(familiesAnswer, { healthy: table([...ipv4(2), ...ipv6(another)]), broken, problem, blind });
  proveCheck(familiesAnswer, {
    healthy: table([...ipv4(3), ...ipv6(another)], [0, 0]),
    broken,
    problem,
    blind,
  });
});
