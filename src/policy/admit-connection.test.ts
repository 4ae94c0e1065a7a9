import fc from '../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { admitConnection } from './admit-connection.ts';
import type { Policy, PolicyConnection, PolicyPod, PolicySpec } from './policy.ts';

const pod = (labels: Record<string, string>, namespace = 'shop'): PolicyPod => ({
  namespace,
  labels,
  namespaceLabels: { team: namespace },
  namedPorts: [{ name: 'http', port: 8080, protocol: 'TCP' }],
});
const at = (text: string) => [parseIp(text) ?? 0];
const policy = (spec: PolicySpec, name = 'p', namespace = 'shop'): Policy => ({
  metadata: { name, namespace },
  spec,
});
const toWeb = (client: PolicyPod | undefined, more: Partial<PolicyConnection> = {}): PolicyConnection => ({
  client: { ...(client ? { pod: client } : {}), addresses: at(client ? '10.244.1.5' : '198.51.100.7') },
  server: { pod: pod({ app: 'web' }), addresses: at('10.244.2.9') },
  port: 8080,
  protocol: 'TCP',
  ...more,
});
const web = { podSelector: { matchLabels: { app: 'web' } } };
const frontend = { podSelector: { matchLabels: { role: 'frontend' } } };

// The cases are those of kubernetes.io/docs/concepts/services-networking/network-policies.
describe('admitConnection', () => {
  it('leaves pods open that no policy selects', () => {
    const other = policy({ podSelector: { matchLabels: { app: 'db' } }, ingress: [] });
    expect(admitConnection([other], toWeb(pod({}))).isAdmitted).toBe(true);
    expect(admitConnection([policy(web, 'p', 'elsewhere')], toWeb(pod({}))).isAdmitted).toBe(true);
  });

  it('closes the direction that a policy is about, and only that', () => {
    expect(admitConnection([policy({ ...web, policyTypes: ['Ingress'] })], toWeb(pod({})))).toMatchObject({
      isAdmitted: false,
      refusals: [{ direction: 'ingress', misses: [] }],
    });
    expect(admitConnection([policy({ ...web, policyTypes: ['Egress'] })], toWeb(pod({}))).isAdmitted).toBe(
      true,
    );
  });

  it('is about ingress without policyTypes, and about egress too where there are egress rules', () => {
    const client = pod({ app: 'client' });
    const both = policy({ podSelector: {}, ingress: [{}], egress: [{ to: [frontend] }] });
    expect(admitConnection([both], toWeb(client)).refusals.map(({ direction }) => direction)).toEqual([
      'egress',
    ]);
  });

  it('adds the rules of all policies together', () => {
    const deny = policy({ podSelector: {} }, 'default-deny');
    const allow = policy({ ...web, ingress: [{ from: [frontend] }] }, 'allow');
    expect(admitConnection([deny, allow], toWeb(pod({ role: 'frontend' }))).isAdmitted).toBe(true);
    expect(admitConnection([deny, allow], toWeb(pod({ role: 'client' })))).toMatchObject({
      isAdmitted: false,
      refusals: [{ misses: [{ policy: { metadata: { name: 'allow' } }, peer: ['role=frontend'] }] }],
    });
  });

  it('takes a pod selector alone for the pods of its own namespace', () => {
    const own = policy({ ...web, ingress: [{ from: [frontend] }] });
    expect(admitConnection([own], toWeb(pod({ role: 'frontend' }, 'other'))).isAdmitted).toBe(false);
  });

  it('takes selectors of one peer together, and peers as alternatives', () => {
    const team = { namespaceSelector: { matchLabels: { team: 'other' } } };
    const together = policy({ ...web, ingress: [{ from: [{ ...team, ...frontend }] }] });
    const either = policy({ ...web, ingress: [{ from: [team, frontend] }] });
    expect(admitConnection([together], toWeb(pod({ role: 'x' }, 'other'))).isAdmitted).toBe(false);
    expect(admitConnection([either], toWeb(pod({ role: 'x' }, 'other'))).isAdmitted).toBe(true);
  });

  it('does not know what labels of a namespace that was not read decide, except its name', () => {
    const byLabel = policy({
      ...web,
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'x' } } }] }],
    });
    const name = { 'kubernetes.io/metadata.name': 'other' };
    const byName = policy({ ...web, ingress: [{ from: [{ namespaceSelector: { matchLabels: name } }] }] });
    const unread = { ...pod({}, 'other'), namespaceLabels: undefined };
    expect(admitConnection([byLabel], toWeb(unread)).isAdmitted).toBe('unknown');
    expect(admitConnection([byName], toWeb(unread)).isAdmitted).toBe(true);
  });

  it('sees the port of the pod, by number, range or name', () => {
    const on = (port: object) => policy({ ...web, ingress: [{ ports: [port] }] });
    const admitted = (port: object) => admitConnection([on(port)], toWeb(pod({}))).isAdmitted;
    expect(admitted({ port: 8080 })).toBe(true);
    expect(admitted({ port: 'http' })).toBe(true);
    expect(admitted({ port: 8000, endPort: 8090 })).toBe(true);
    expect(admitted({ protocol: 'TCP' })).toBe(true);
    expect(admitted({ port: 80 })).toBe(false);
    expect(admitted({ port: 8080, protocol: 'UDP' })).toBe(false);
    expect(admitConnection([on({ port: 80 })], toWeb(pod({}))).refusals[0]?.misses).toMatchObject([
      { ports: 'TCP 80', index: 0 },
    ]);
  });

  it('takes address blocks with their holes', () => {
    const block = policy({
      ...web,
      ingress: [{ from: [{ ipBlock: { cidr: '198.51.100.0/24', except: ['198.51.100.128/25'] } }] }],
    });
    expect(admitConnection([block], toWeb(undefined)).isAdmitted).toBe(true);
    const far = { addresses: at('198.51.100.200') };
    expect(admitConnection([block], toWeb(undefined, { client: far })).isAdmitted).toBe(false);
  });

  it('only ever opens by one more rule, and never crashes on what the API may omit', () => {
    const labels = fc.dictionary(fc.constantFrom('app', 'role'), fc.constantFrom('web', 'frontend', 'x'));
    const peer = fc.oneof(
      labels.map((matchLabels) => ({ podSelector: { matchLabels } })),
      labels.map((matchLabels) => ({ namespaceSelector: { matchLabels } })),
    );
    const rule = fc.record(
      {
        from: fc.array(peer, { maxLength: 2 }),
        ports: fc.array(fc.record({ port: fc.constantFrom(80, 8080, 'http') })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(rule), rule, labels, (rules, more, client) => {
        const before = admitConnection([policy({ ...web, ingress: rules })], toWeb(pod(client)));
        const after = admitConnection([policy({ ...web, ingress: [...rules, more] })], toWeb(pod(client)));
        expect(before.isAdmitted === true && after.isAdmitted !== true).toBe(false);
      }),
    );
  });
});
