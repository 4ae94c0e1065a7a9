import { describe, expect, it } from 'vitest';
import { needAudited, subjectOf } from './subject-of.ts';
import { node, pod, service, worldOf } from './world-fixture.ts';

const world = worldOf({
  services: [service('shop', 'web'), service('shop', 'cart'), service('infra', 'web')],
  pods: [pod('shop', 'client', '10.244.1.2')],
  nodes: [node('node-a', '192.168.0.1')],
});

describe('subjectOf', () => {
  it('is the Service in its namespace', () => {
    const subject = subjectOf(world, { namespace: 'infra', name: 'web' });
    expect(subject.service).toBe(world.services[2]);
  });

  it('stays a question where the Service is not there: that is a finding, not a mistake', () => {
    expect(subjectOf(world, { namespace: 'shop', name: 'crat' })).toEqual({
      namespace: 'shop',
      name: 'crat',
    });
  });

  it('needs Services that were read: an empty list of what nobody read proves nothing', () => {
    const blind = worldOf({}, { read: ['pods'] });
    expect(() => subjectOf(blind, { namespace: 'shop', name: 'web' })).toThrow(/no Services were found/);
  });

  it('names the nearest client where the one asked for is not there', () => {
    const ask = { namespace: 'shop', name: 'web' };
    expect(() => subjectOf(world, { ...ask, from: { node: 'node-b' } })).toThrow(
      expect.objectContaining({ message: 'there is no node node-b', hint: 'did you mean node-a?' }),
    );
    expect(() => subjectOf(world, { ...ask, from: { pod: 'shop/clinet' } })).toThrow(
      expect.objectContaining({ hint: 'did you mean shop/client?' }),
    );
  });
});

describe('needAudited', () => {
  it('takes a namespace that is there, by its object or by a Service in it', () => {
    expect(() => needAudited(world, {})).not.toThrow();
    expect(() => needAudited(world, { namespace: 'shop' })).not.toThrow();
  });

  it('names the nearest namespace', () => {
    expect(() => needAudited(world, { namespace: 'shpo' })).toThrow(
      expect.objectContaining({ hint: 'did you mean shop?' }),
    );
  });

  it('needs Services that were read', () => {
    expect(() => needAudited(worldOf({}, { read: ['pods'] }), {})).toThrow(/no Services were found/);
  });
});
