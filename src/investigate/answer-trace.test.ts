import { describe, expect, it } from 'vitest';
import type { Outcome } from '../dataplane/walk/trace.ts';
import { parseIp } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { answerTrace } from './answer-trace.ts';
import { worldOf } from './world-fixture.ts';

function ip(text: string): number | bigint {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

function outcome(destination: string, more: Partial<Outcome> = {}): Outcome {
  return {
    probability: [1, 1],
    result: 'delivered',
    destination: { address: ip(destination), port: 8080 },
    node: 'node-a',
    sourceNat: 'none',
    translatedBy: [],
    replyReturns: true,
    steps: [],
    unknowns: [],
    ...more,
  };
}

function answer(...outcomes: readonly Outcome[]): ReturnType<typeof answerTrace> {
  const packet = {
    source: ip('10.244.1.2'),
    destination: ip('10.96.0.7'),
    destinationPort: 80,
    protocol: PROTOCOL.tcp,
  };
  const slice = {
    kind: 'EndpointSlice',
    metadata: { namespace: 'shop', name: 'web-1' },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.1.9'] }],
    ports: [{ port: 8080 }],
  };
  const vantage = { kind: 'pod', node: 'node-a', address: packet.source } as const;
  const world = { ...worldOf({}), endpointSlices: [slice] };
  return answerTrace(world, { client: 'pod on node-a', vantage, trace: { packet, outcomes } });
}

const half = { probability: [0.5, 0.5] } as const;

describe('answerTrace', () => {
  it('sorts outcomes by destination and says which are endpoints', () => {
    const { outcomes } = answer(outcome('10.244.2.4', half), outcome('10.244.1.9', half));
    expect(outcomes.map(({ destination, endpoint }) => [destination, endpoint])).toEqual([
      ['10.244.1.9:8080', '10.244.1.9:8080'],
      ['10.244.2.4:8080', undefined],
    ]);
  });

  it('names the source after translation', () => {
    const natted = answer(outcome('10.244.1.9', { sourceNat: { address: ip('192.168.0.1') } }));
    expect(natted.outcomes[0]?.sourceNat).toBe('192.168.0.1');
    expect(answer(outcome('10.244.1.9', { sourceNat: 'masquerade' })).outcomes[0]?.sourceNat).toBe(
      'masquerade',
    );
  });

  it.each([
    ['healthy', [outcome('10.0.0.1', half), outcome('10.0.0.2', half)]],
    ['degraded', [outcome('10.0.0.1', half), outcome('10.0.0.2', { ...half, result: 'dropped' })]],
    ['broken', [outcome('10.0.0.1', { result: 'rejected' })]],
    ['broken', [outcome('10.0.0.1', { replyReturns: false })]],
    ['unknown', [outcome('10.0.0.1', { replyReturns: 'unknown' })]],
    ['unknown', [outcome('10.0.0.1', { result: 'unknown', replyReturns: false })]],
    [
      'unknown',
      [
        outcome('10.0.0.1', { probability: [0, 1] }),
        outcome('10.0.0.2', { probability: [0, 1], result: 'dropped' }),
      ],
    ],
    ['unknown', []],
  ] as const)('is %s', (verdict, outcomes) => {
    expect(answer(...outcomes).verdict).toBe(verdict);
  });
});
