import { describe, expect, it } from 'vitest';
import { client, ip, promise, verified, webFrontend } from '../verify/verification-fixture.ts';
import { headlineOf } from './headline.ts';

const six = { ...webFrontend, address: ip('fd00:10:96::7') };
const node6 = client('node-a', { address: ip('fd00:10:244:1::4') });
const four = (node: string, works: number) => verified(promise(node), [works, works]);

describe('the headline of what is degraded', () => {
  it('names the address where the same clients reach another one', () => {
    const paths = [four('node-a', 1), verified(promise('node-a', { frontend: six, vantage: node6 }), [0, 0])];
    expect(headlineOf('degraded', paths, [])).toMatch(
      /^every connection to \[fd00:10:96::7\]:80 fails from .*node-a, none elsewhere$/,
    );
  });

  it('names the clients only, where they reach nothing', () => {
    expect(headlineOf('degraded', [four('node-a', 0), four('node-b', 1)], [])).toMatch(
      /^every connection fails from .*node-a, none elsewhere$/,
    );
  });

  it('counts addresses where they are many', () => {
    const at = (port: number) => verified(promise('node-a', { frontend: { ...six, port } }), [0.5, 0.5]);
    expect(headlineOf('degraded', [four('node-a', 1), at(1), at(2), at(3)], [])).toMatch(
      /^1 of 2 connections to 3 of 4 addresses fails from /,
    );
  });
});

describe('the headline of what is healthy', () => {
  it('says whom NetworkPolicies keep out reaches nothing', () => {
    const kept = verified(
      promise('node-b', { outcome: 'not-served', deniedBy: 'NetworkPolicy', endpoints: [] }),
      [0, 0],
    );
    expect(headlineOf('healthy', [four('node-a', 1), four('node-b', 1)], [])).toMatch(
      /^every pod and every node/,
    );
    expect(headlineOf('healthy', [four('node-a', 1), kept], [])).toMatch(
      /^every client that NetworkPolicies let in reaches all of \d endpoint/,
    );
  });
});

describe('the headline of what is unknown', () => {
  const suspected = {
    check: 'endpoints/answers-lately',
    faults: ['N08'],
    subject: 'Service shop/web',
    nodes: [],
    proof: 'suspected',
    share: [0, 1],
    summary: 'the latest connections got no answer',
    evidence: [],
    remedy: { text: '', commands: [] },
  } as const;

  it('does not say that nothing wrong was found where something is suspected', () => {
    expect(headlineOf('unknown', [four('node-a', 1)], [])).toMatch(/^nothing wrong found/);
    expect(headlineOf('unknown', [four('node-a', 1)], [suspected])).toMatch(
      /^nothing is proved to be wrong, but something may be/,
    );
  });
});
