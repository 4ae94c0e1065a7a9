import { describe, expect, it } from 'vitest';
import { worldOf } from '../checks/prove-check-fixture.ts';
import { observationFormats } from '../model/observation.ts';
import { overruleByProbes } from './overrule-by-probes.ts';
import { client, differs, promise, verified } from './verification-fixture.ts';

const probe = (results: object, from: object) => ({
  from: { via: 'exec', ...from },
  address: '10.96.0.7',
  port: 80,
  protocol: 'tcp',
  results,
});
const world = (...items: object[]) =>
  worldOf({ files: { 'probes/tcp.json': JSON.stringify({ schema: observationFormats.probes, items }) } });
const onNode = { kind: 'node', node: 'node-a' };
const expectation = promise('node-a', { vantage: client('node-a', { kind: 'node' }) });
const fails = verified(expectation, [0, 0], differs('dropped', expectation, 'node-a'));

describe('overruleByProbes', () => {
  it('believes connections that stood, and tells the contradiction', () => {
    const [after] = overruleByProbes(world(probe({ connected: 3 }, onNode)), [fails]);
    expect(after?.works).toEqual([1, 1]);
    expect(after?.discrepancies.map(({ kind }) => kind)).toEqual(['cannot-tell']);
    expect(after?.discrepancies[0]?.summary).toMatch(
      /the model is wrong here: 3 of 3 connections from node node-a/,
    );
  });

  it.each([
    ['no connection was tried', []],
    ['one of them failed', [probe({ connected: 2, timeout: 1 }, onNode)]],
    ['they were tried from elsewhere', [probe({ connected: 3 }, { kind: 'node', node: 'node-b' })]],
    ['the tool broke', [probe({ failed: 3 }, onNode)]],
    [
      'a pod of the node tried, not the node',
      [probe({ connected: 3 }, { kind: 'pod', node: 'node-a', pod: 'shop/a' })],
    ],
  ])('leaves what the model says where %s', (_, items) => {
    expect(overruleByProbes(world(...items), [fails])).toEqual([fails]);
  });

  it('takes an answer of somebody else for no contradiction', () => {
    const outcome = {
      probability: [1, 1] as const,
      result: 'delivered' as const,
      destination: { address: 1, port: 1 },
      node: 'node-a',
      sourceNat: 'none' as const,
      translatedBy: [],
      replyReturns: true,
      steps: [],
      unknowns: [],
    };
    const elsewhere = { ...fails, trace: { ...fails.trace, outcomes: [outcome] } };
    expect(overruleByProbes(world(probe({ connected: 3 }, onNode)), [elsewhere])).toEqual([elsewhere]);
  });

  const blind = verified(expectation, [0, 1], differs('cannot-tell', expectation, 'node-a'));
  const toEndpoint = (results: object) => ({ ...probe(results, onNode), address: '10.244.1.9', port: 8080 });

  it('believes connections that failed where nothing was told, if the endpoints are reached', () => {
    const items = [probe({ timeout: 3 }, onNode), toEndpoint({ connected: 1 })];
    expect(overruleByProbes(world(...items), [blind])).toEqual([{ ...blind, works: [0, 0] }]);
  });

  it.each([
    ['the endpoint is not reached either', [probe({ timeout: 3 }, onNode), toEndpoint({ timeout: 1 })]],
    ['no endpoint was asked', [probe({ timeout: 3 }, onNode)]],
    ['one connection stood', [probe({ timeout: 2, connected: 1 }, onNode), toEndpoint({ connected: 1 })]],
    ['only one was tried', [probe({ timeout: 1 }, onNode), toEndpoint({ connected: 1 })]],
  ])('leaves open what could not be told where %s', (_, items) => {
    expect(overruleByProbes(world(...items), [blind])).toEqual([blind]);
  });

  it('leaves alone what is promised to be refused', () => {
    const refused = verified({ ...expectation, outcome: 'refuse' }, [0, 0]);
    expect(overruleByProbes(world(probe({ connected: 3 }, onNode)), [refused])).toEqual([refused]);
  });
});
