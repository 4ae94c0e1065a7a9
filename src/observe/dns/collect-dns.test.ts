import { type DecodedPacket, streamDecode, streamEncode } from 'dns-packet';
import type { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DnsObservation } from '../../model/observation.ts';
import { textOf } from '../../snapshot/snapshot.ts';
import { fakeAccess, runWith } from '../kubernetes/cluster-access-fixture.ts';
import { type DnsQuestions, collectDns } from './collect-dns.ts';
import { readResolvConf } from './read-resolv-conf.ts';

const replica = (pod: string) => ({ namespace: 'kube-system', pod, address: '10.244.1.2', port: 53 });
const asked: DnsQuestions = {
  questions: [{ name: 'web.shop.svc.cluster.local', type: 'A' }],
  replicas: [replica('coredns-1')],
  servers: ['10.96.0.10'],
  inside: [],
  timeoutMs: 40,
};

/** A DNS server over a stream, which answers with these records, one byte at a time. */
const server =
  (answers: readonly object[], flags = 0) =>
  () =>
  (request: Buffer, stream: Duplex): void => {
    const { id, questions = [] } = streamDecode(request) as DecodedPacket;
    const message = streamEncode({ type: 'response', id: id ?? 0, flags, questions, answers: answers as [] });
    for (const byte of message) stream.push(Buffer.from([byte]));
  };

async function ask(fake: Parameters<typeof fakeAccess>[0], more: Partial<DnsQuestions> = {}) {
  const access = fakeAccess(fake);
  const { sources, gaps } = await collectDns(access, { ...asked, ...more });
  const [source] = sources;
  const items = source ? (JSON.parse(textOf(source)) as { items: DnsObservation[] }).items : [];
  return { access, kind: source?.kind, items, gaps };
}

describe('collectDns', () => {
  it('asks each replica over a port-forward, and keeps what it says', async () => {
    const name = 'web.shop.svc.cluster.local';
    const serve = server([
      { type: 'A', name, data: '10.96.0.7' },
      { type: 'TXT', name, data: 'x' },
    ]);
    const { access, kind, items, gaps } = await ask(
      { serve },
      { replicas: [replica('coredns-1'), replica('coredns-2')] },
    );
    expect(kind).toBe('dns-answers');
    expect(items.map(({ server: { pod } }) => pod)).toEqual([
      'kube-system/coredns-1',
      'kube-system/coredns-2',
    ]);
    expect(items[0]).toMatchObject({
      name,
      protocol: 'tcp',
      outcome: 'answered',
      rcode: 'NOERROR',
      records: [{ type: 'A', data: '10.96.0.7' }],
      from: { kind: 'machine', via: 'port-forward' },
    });
    expect(gaps).toEqual([]);
    expect(access.open).toBe(0);
  });

  it('keeps the code of a name that is not there', async () => {
    const { items } = await ask({ serve: server([], 3) });
    expect(items[0]).toMatchObject({ outcome: 'answered', rcode: 'NXDOMAIN', records: [] });
  });

  it.each([
    ['that is silent', () => () => undefined, { outcome: 'timeout' }],
    [
      'that hangs up',
      () => (_: Buffer, stream: Duplex) => void stream.destroy(),
      { outcome: 'failed', error: 'the server hung up' },
    ],
    [
      'that answers something else',
      () => (_: Buffer, stream: Duplex) => void stream.push(Buffer.from([0, 3, 1, 2, 3])),
      { outcome: 'failed', error: 'no DNS answer' },
    ],
  ])('tells a replica %s', async (_, serve, expected) => {
    const { access, items } = await ask({ serve });
    expect(items[0]).toMatchObject(expected);
    expect(access.open).toBe(0);
  });

  const client = {
    at: { namespace: 'shop', pod: 'client' },
    from: { kind: 'pod', pod: 'shop/client' },
  } as const;

  it('asks the addresses that clients ask from inside a pod, all with one exec', async () => {
    const execs: string[][] = [];
    const nslookup = `[ "$5" = 10.96.0.10 ] || { echo ";; connection timed out; no servers could be reached"; exit 1; }
      echo "Server: $5"; echo "Address: $5:53"; echo; echo "Name: $4"; echo "Address: 10.96.0.7"`;
    const { items } = await ask(
      {
        exec: (_, argv) => {
          execs.push([...argv]);
          return runWith({ nslookup }, argv);
        },
      },
      {
        replicas: [],
        servers: ['10.96.0.10', '169.254.20.10'],
        questions: [...asked.questions, { name: "it's.shop", type: 'A' }],
        inside: [client],
      },
    );
    expect(execs).toHaveLength(1);
    expect(items.map(({ name, server: { address }, outcome }) => [name, address, outcome])).toEqual([
      ['web.shop.svc.cluster.local', '10.96.0.10', 'answered'],
      ['web.shop.svc.cluster.local', '169.254.20.10', 'timeout'],
      ["it's.shop", '10.96.0.10', 'answered'],
      ["it's.shop", '169.254.20.10', 'timeout'],
    ]);
    expect(items[0]).toMatchObject({ protocol: 'udp', records: [{ data: '10.96.0.7' }] });
  });

  it('says that the image has no nslookup', async () => {
    const { items, gaps } = await ask(
      {
        exec: (_, [sh = '', c = '', script = '']) => runWith({}, [sh, c, `command() { false; }; ${script}`]),
      },
      { replicas: [], inside: [client] },
    );
    expect(items).toEqual([]);
    expect(gaps[0]?.why).toBe('exec in shop/client: the image has no nslookup');
  });

  it('says that nobody could be asked, and why', async () => {
    const { kind, gaps } = await ask({});
    expect(kind).toBeUndefined();
    expect(gaps).toMatchObject([
      { what: 'the answers of DNS servers', why: 'port-forward to kube-system/coredns-1: forbidden' },
    ]);
  });
});

describe('readResolvConf', () => {
  const at = 'shop/client';

  it('reads the file of the pod, or says why not', async () => {
    const text = 'search shop.svc.cluster.local\nnameserver 10.96.0.10\n';
    const { sources } = await readResolvConf(fakeAccess({ exec: () => ({ stdout: text }) }), at, {
      timeoutMs: 40,
    });
    expect(sources[0]).toMatchObject({ kind: 'resolv-conf', pod: 'shop/client' });
    const none = await readResolvConf(fakeAccess({ exec: () => 'no-program' }), at, { timeoutMs: 40 });
    expect(none.gaps.map(({ what }) => what)).toEqual(['resolv.conf of pod shop/client']);
  });
});
