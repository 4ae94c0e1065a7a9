import type { Discrepancy } from '../../verify/discrepancy.ts';
import { differs, promise, ruleAt, verified } from '../../verify/verification-fixture.ts';
import { parseIp } from '../../model/address.ts';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import type { Situation } from '../prove-check-fixture.ts';

const client = pod('client-1', { podIP: '10.244.1.20' }, {}, { labels: { role: 'client' } });

/** For tests: `shop/web` and pod client-1 (`role: client`) of node-a, with one NetworkPolicy `p` and what packets meet. */
export function underPolicy(
  spec: object,
  meets: 'drop' | 'nothing' | 'answered' | 'silence' | 'unwalked',
): Situation {
  const endpoint = { address: parseIp('10.244.1.9') ?? 0, port: 8080, node: 'node-a' };
  const expectation = promise('node-a', {
    outcome: 'endpoints',
    endpoints: [endpoint],
    vantage: { kind: 'pod', node: 'node-a', address: parseIp('10.244.1.20') ?? 0 },
  });
  const drop: Discrepancy = differs('dropped', expectation, 'node-a', {
    at: ruleAt('node-a', { table: 'filter', chain: 'ENGINE', rule: '-d 10.244.1.9/32 -j DROP' }),
  });
  const walked = {
    drop: [verified(expectation, [0, 0], drop)],
    nothing: [verified(expectation, [1, 1])],
    answered: [verified(expectation, [1, 1])],
    silence: [verified(expectation, [1, 1])],
    unwalked: [],
  };
  return {
    services: [service()],
    pods: [pod(), client],
    endpointslices: [slice()],
    nodes: [node()],
    networkpolicies: [{ metadata: { name: 'p', namespace: 'shop' }, spec }],
    verifications: walked[meets],
    files: { 'nodes/node-a/conntrack.txt': tracked(meets) },
  };
}

/** What the connection table says of client-1 and `shop/web`. */
function tracked(meets: string): string {
  const [to, from] = [
    'src=10.244.1.20 dst=10.96.0.7 sport=40000 dport=80',
    'src=10.244.1.9 dst=10.244.1.20 sport=8080 dport=40000',
  ];
  if (meets === 'answered') return `tcp      6 110 TIME_WAIT ${to} ${from} [ASSURED] mark=0 use=1\n`;
  return meets === 'silence' ? `tcp      6 110 SYN_SENT ${to} [UNREPLIED] ${from} mark=0 use=1\n` : '';
}

/** For tests: the same where policies were not read. */
export function withoutPolicies(): Situation {
  const { networkpolicies: _, ...rest } = underPolicy({}, 'drop');
  return rest;
}

/** For tests: the pods of `shop/web`. */
export const webPods: object = { podSelector: { matchLabels: { app: 'web' } } };
