import { describe, expect, it } from 'vitest';
import { dns, node, pod, service } from '../checks/cluster-fixture.ts';
import { type Cluster, worldOf } from '../checks/prove-check-fixture.ts';
import { observationFormats } from '../model/observation.ts';
import { answerDns } from './answer-dns.ts';

const { services, pods, configmaps } = dns();
const cluster: Cluster = {
  services: [...services, service()],
  endpointslices: [],
  nodes: [node()],
  pods: [...pods, pod('client'), pod('raw', {}, { dnsPolicy: 'Default' })],
  configmaps,
};

const answered = (data: string | undefined, pod: string) => ({
  from: { kind: 'machine', via: 'port-forward' },
  server: { address: '10.244.1.2', pod },
  protocol: 'tcp',
  name: 'web.shop.svc.cluster.local',
  type: 'A',
  outcome: 'answered',
  rcode: data === undefined ? 'NXDOMAIN' : 'NOERROR',
  records: data === undefined ? [] : [{ type: 'A', data }],
});
const asked = (...items: object[]): Cluster => ({
  ...cluster,
  files: { 'dns/answers.json': JSON.stringify({ schema: observationFormats.dns, items }) },
});
const ask = (of: Cluster, name: string, more: { pod?: string } = {}) =>
  answerDns(worldOf(of), { name, namespace: 'shop', ...more });

describe('answerDns', () => {
  it('says what a name should answer, and that nobody was asked', () => {
    const answer = ask(cluster, 'web');
    expect(answer).toMatchObject({
      verdict: 'unknown',
      headline: 'web.shop.svc.cluster.local is 10.96.0.7 (ClusterIP of Service shop/web)',
      corefile: ['Corefile line 1, .: kubernetes cluster.local; forward . 192.0.2.1'],
    });
    expect(answer.tries.map(({ name }) => name)).toEqual(['web.shop.svc.cluster.local']);
    expect(answer.notChecked.map(({ what }) => what)).toEqual(['the answers of DNS servers']);
  });

  it.each([
    ['healthy', [answered('10.96.0.7', 'kube-system/coredns-1')]],
    [
      'degraded',
      [answered('10.96.0.7', 'kube-system/coredns-1'), answered(undefined, 'kube-system/coredns-2')],
    ],
    ['broken', [answered('10.96.9.9', 'kube-system/coredns-1')]],
  ])('is %s by what servers answered', (verdict, items) => {
    expect(ask(asked(...items), 'web').verdict).toBe(verdict);
  });

  it('is broken where no name that the client tries exists', () => {
    expect(ask(cluster, 'wab')).toMatchObject({
      verdict: 'broken',
      headline: 'wab does not exist: there is no Service shop/wab',
    });
  });

  it('is undetermined where Services were not read, whatever was answered', () => {
    const { services: _, ...rest } = asked(answered('10.96.0.7', 'kube-system/coredns-1'));
    expect(ask(rest, 'web').verdict).toBe('unknown');
  });

  it('takes the resolv.conf of the client, and refuses a client whose resolver was not read', () => {
    expect(ask(cluster, 'web', { pod: 'shop/client' }).resolver.because).toMatch(
      /derived from dnsPolicy ClusterFirst/,
    );
    expect(() => ask(cluster, 'web', { pod: 'shop/raw' })).toThrow(
      /has dnsPolicy Default, so it uses the resolver of its node, which was not read/,
    );
    const files = { 'nodes/node-a/resolv.conf': 'nameserver 192.0.2.53\n' };
    expect(ask({ ...cluster, files }, 'web.shop.svc.cluster.local', { pod: 'shop/raw' })).toMatchObject({
      verdict: 'broken',
      headline: expect.stringMatching(
        /is 10\.96\.0\.7 .* by the cluster’s DNS, but pod shop\/raw asks 192\.0\.2\.53: it has dnsPolicy Default$/,
      ) as string,
    });
    expect(() => ask(cluster, 'web', { pod: 'shop/none' })).toThrow(/none/);
  });

  it('asks for the name of an address', () => {
    expect(ask(cluster, '10.96.0.7').tries[0]).toMatchObject({
      name: '7.0.96.10.in-addr.arpa',
      type: 'PTR',
      expected: { records: ['web.shop.svc.cluster.local'] },
    });
  });

  it('tells a document of answers that is cut', () => {
    const world = worldOf({
      ...cluster,
      files: { 'dns/answers.json': `{"schema":"${observationFormats.dns}","items":[{` },
    });
    expect(world.issues.map(({ source }) => source)).toEqual(['dns/answers.json']);
  });
});
