import { expect, it } from 'vitest';
import { recogniseSource } from '../snapshot/recognise.ts';
import { buildWorld } from '../world/build-world.ts';
import type { World } from '../world/world.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { Check, CheckInput, Problem, Subject } from './check.ts';
import { runChecks } from './run-checks.ts';

/** For tests: a cluster in the fewest words. Lists are whole: a kind that is not named was not read. */
export interface Cluster {
  readonly services?: readonly object[];
  readonly endpointslices?: readonly object[];
  readonly endpoints?: readonly object[];
  readonly pods?: readonly object[];
  readonly nodes?: readonly object[];
  readonly deployments?: readonly object[];
  readonly configmaps?: readonly object[];
  readonly events?: readonly object[];
  readonly networkpolicies?: readonly object[];
  readonly ingresses?: readonly object[];
  readonly httproutes?: readonly object[];
  /** The lists are whole for these namespaces alone. */
  readonly readIn?: readonly string[];
  /** Path → text: dumps, logs, resolv.conf. */
  readonly files?: Readonly<Record<string, string>>;
}

/** For tests: what a check is given: a cluster, and what was walked. The subject is `shop/web` where nothing else is said. */
export interface Situation extends Cluster {
  readonly subject?: Partial<Subject>;
  readonly verifications?: readonly Verification[];
}

/** For tests: the three situations that every check must be held against. */
export interface Proof {
  /** All is well: the check is silent. */
  readonly healthy: Situation;
  /** It is not: the check says so, in these words, and its repair (where it has one) is silent again. */
  readonly broken: Situation;
  readonly problem: Partial<Omit<Problem, 'summary'>> & { readonly summary: RegExp };
  /** What it needs was not read: it is unknown, never silent. */
  readonly blind: Situation;
}

const KINDS: Readonly<Record<string, string>> = {
  services: 'Service',
  endpointslices: 'EndpointSlice',
  endpoints: 'Endpoints',
  pods: 'Pod',
  nodes: 'Node',
  deployments: 'Deployment',
  configmaps: 'ConfigMap',
  events: 'Event',
  networkpolicies: 'NetworkPolicy',
  ingresses: 'Ingress',
  httproutes: 'HTTPRoute',
};

const kubernetes = { name: 'kubernetes', namespace: 'default' };

/** What every whole list has: the API server keeps it. */
const OF_THE_API: Readonly<Record<string, readonly object[]>> = {
  services: [{ metadata: kubernetes, spec: {} }],
  endpointslices: [{ metadata: kubernetes, addressType: 'IPv4', endpoints: [] }],
  endpoints: [{ metadata: kubernetes, subsets: [] }],
};

const encoder = new TextEncoder();

/** For tests: the world of `cluster`, by way of a snapshot. */
export function worldOf({ files = {}, readIn, ...lists }: Cluster): World {
  const objects = Object.entries(lists).flatMap(([kind, items]) => {
    const own = KINDS[kind];
    if (own === undefined) return [];
    const beside = readIn === undefined ? (OF_THE_API[kind] ?? []) : [];
    const all = [...(items as object[]), ...beside];
    const list = { kind: 'List', items: all.map((item) => ({ kind: own, ...item })) };
    return [
      {
        path: `cluster/${kind}.json`,
        kind: 'kubernetes' as const,
        bytes: encoder.encode(JSON.stringify(list)),
        ...(readIn === undefined ? {} : { namespaces: readIn }),
      },
    ];
  });
  const texts = Object.entries(files).map(([path, text]) => ({
    path,
    ...recognised(path, text),
    bytes: encoder.encode(text),
  }));
  return buildWorld({ format: 'plumb-snapshot', version: 1, sources: [...objects, ...texts], gaps: [] });
}

function recognised(path: string, text: string): ReturnType<typeof recogniseSource> {
  return recogniseSource(path, encoder.encode(text));
}

function inputOf({ subject = {}, verifications = [], ...cluster }: Situation): CheckInput {
  const world = worldOf(cluster);
  const { namespace = 'shop', name = 'web' } = subject;
  const service = world.services.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  return { world, verifications, subject: { namespace, name, ...(service ? { service } : {}), ...subject } };
}

/** For tests: holds `check` against a healthy, a broken and a blind situation; each is a test of its own. */
export function proveCheck(check: Check, { healthy, broken, problem, blind }: Proof): void {
  it('is silent where all is well', () => {
    const [result] = runChecks(inputOf(healthy), [check]);
    expect(result).toMatchObject({ status: 'pass' });
  });

  it('names what is wrong', () => {
    const [result] = runChecks(inputOf(broken), [check]);
    const problems = result?.status === 'problem' ? result.problems : [];
    const { summary, ...rest } = problem;
    expect(problems[0]?.summary).toMatch(summary);
    expect(problems[0]).toMatchObject(rest);
  });

  it('is unknown where what it needs was not read', () => {
    const [result] = runChecks(inputOf(blind), [check]);
    expect(result?.status).toBe('unknown');
  });
}
