import { describe, expect, it } from 'vitest';
import { service, worldOf } from '../investigate/world-fixture.ts';
import { promise, verified } from '../verify/verification-fixture.ts';
import type { World } from '../world/world.ts';
import type { Check, CheckInput, Need, Problem } from './check.ts';
import { runChecks } from './run-checks.ts';

const web = service('shop', 'web');
const problem: Problem = { severity: 'error', subject: 'Service shop/web', summary: 'broken', evidence: [] };

function check(needs: readonly Need[], problems: readonly Problem[] = []): Check {
  return { id: 'test/check', asserts: 'all is well', faults: ['S01'], needs, run: () => problems };
}

function input(world: World, more: Partial<CheckInput> = {}): CheckInput {
  return { world, subject: { namespace: 'shop', name: 'web', service: web }, verifications: [], ...more };
}

const world = worldOf({ services: [web] });

function statusOf(checked: Check, given: CheckInput = input(world)): string | undefined {
  return runChecks(given, [checked])[0]?.status;
}

describe('runChecks', () => {
  it('says pass, or the problems', () => {
    expect(statusOf(check(['service']))).toBe('pass');
    expect(runChecks(input(world), [check(['service'], [problem])])).toMatchObject([
      { status: 'problem', problems: [problem] },
    ]);
  });

  it.each<Need>([
    'endpointSlices',
    'networkPolicies',
    'workloads',
    'events',
    'verifications',
    'kubeProxies',
    'coreDns',
    'resolvConfs',
    'bridgePorts',
    'sysctls',
    'conntrack',
    'links',
  ])('does not run a check without its %s, and says how to get them', (need) => {
    const never: Check = {
      ...check([need]),
      run: () => {
        throw new Error('it ran');
      },
    };
    const [result] = runChecks(input(world), [never]);
    if (result?.status !== 'unknown') throw new Error(`it is ${result?.status}`);
    expect(result.gaps).toHaveLength(1);
    expect(result.gaps[0]?.unlock).not.toBe('');
  });

  it('needs objects of the namespace, not of all', () => {
    const only = (namespaces: string[]): World => ({
      ...world,
      coverage: new Map([['pods', { isComplete: false, namespaces }]]),
    });
    expect(statusOf(check(['pods']), input(only(['shop'])))).toBe('pass');
    expect(statusOf(check(['pods']), input(only(['infra'])))).toBe('unknown');
  });

  it('does not apply to a Service that is not there', () => {
    const absent = input(world, { subject: { namespace: 'shop', name: 'crat' } });
    expect(statusOf(check(['service']), absent)).toBe('not-applicable');
    expect(statusOf(check(['verifications']), absent)).toBe('not-applicable');
    expect(statusOf(check(['services'], [problem]), absent)).toBe('problem');
  });

  it('does not ask for packets to a Service without an address of its own', () => {
    const headless = service('shop', 'web', { clusterIP: 'None' });
    const given = input(world, { subject: { namespace: 'shop', name: 'web', service: headless } });
    expect(statusOf(check(['verifications']), given)).toBe('not-applicable');
    const walked = input(world, { verifications: [verified(promise('node-a'), [1, 1])] });
    expect(statusOf(check(['verifications']), walked)).toBe('pass');
  });

  it('does not look for packets to a port that the Service does not have', () => {
    const dialled = { namespace: 'shop', name: 'web', service: web, port: 4711 };
    expect(statusOf(check(['verifications']), input(world, { subject: dialled }))).toBe('not-applicable');
  });
});
