import { execFile, execFileSync } from 'node:child_process';
import { type Socket, createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import type { Source } from '../../snapshot/snapshot.ts';
import { fakeAccess, runWith } from '../kubernetes/cluster-access-fixture.ts';
import { askByUdp, udpAskedOf } from './ask-by-udp.ts';
import { udpQuestion } from './udp-question.ts';
import { type UdpAsked, readUdpAnswers, udpScript } from './udp-script.ts';

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

/** A server on this machine that answers what is not undefined; its port, and what it was sent. */
async function server(answer: (asked: Buffer) => Buffer | undefined) {
  const socket = createSocket('udp4');
  open.push(socket);
  const asked: Buffer[] = [];
  socket.on('message', (message, { port, address }) => {
    asked.push(message);
    const said = answer(message);
    if (said !== undefined) socket.send(said, port, address);
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return { port: socket.address().port, asked };
}

const target = (index: number, port: number) => ({ index, address: '127.0.0.1', port });
const group = (frontend: number, endpoints: number[], question = 'plumb'): UdpAsked => ({
  question,
  frontend: target(0, frontend),
  endpoints: endpoints.map((port, at) => target(at + 1, port)),
});

async function ask(asked: readonly UdpAsked[], script = udpScript(asked, '@x')) {
  const text = await new Promise<string>((done) => execFile('sh', ['-c', script], (_, out) => done(out)));
  return Object.fromEntries(readUdpAnswers(text, '@x'));
}

describe('asking by UDP', () => {
  it('asks a Service that answers once, and nobody behind it', async () => {
    const service = await server(() => Buffer.from([0x81, 10]));
    const endpoint = await server(() => Buffer.from('x'));
    expect(await ask([group(service.port, [endpoint.port])])).toEqual({ 0: { replied: 1 } });
    expect([service.asked.map(String), endpoint.asked]).toEqual([['plumb'], []]);
  });

  it('asks the endpoints of one that is silent twice', async () => {
    const service = await server(() => undefined);
    // Its first byte is null, as that of some protocols.
    const endpoint = await server(() => Buffer.from([0]));
    const other = await server(() => undefined);
    const answers = await ask([group(service.port, [endpoint.port, other.port])]);
    expect(answers).toEqual({ 0: { timeout: 2 }, 1: { replied: 1 }, 2: { timeout: 1 } });
  });

  it('tells a refusal from silence', async () => {
    const { port } = await server(() => undefined);
    open.splice(0)[0]?.close();
    expect(await ask([group(port, [])])).toEqual({ 0: { refused: 2 } });
  });

  // No bash, and an nc that says which options it has.
  const without = (asked: readonly UdpAsked[], help: string, answer: string): string =>
    `command() { [ "$2" != bash ]; }; nc() { case $1 in -h|--help) echo '${help}' ;; *) cat >/dev/null; printf '${answer}' ;; esac; }\n${udpScript(asked, '@x')}`;

  it.each([
    ['an nc with -u that gets an answer', '-u UDP mode', '\\201\\000x', { 0: { replied: 1 } }],
    ['an nc with -u that gets none', '-u UDP mode', '', { 0: { timeout: 2 } }],
    ['an nc without it', 'nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]', 'x', {}],
  ])('%s', async (_, help, answer, expected) => {
    const asked = [group(9, [])];
    expect(await ask(asked, without(asked, help, answer))).toEqual(expected);
  });
});

describe('udpQuestion', () => {
  const bytes = (port: Parameters<typeof udpQuestion>[0]): Buffer | undefined => {
    const question = udpQuestion(port);
    return question === undefined ? undefined : execFileSync('sh', ['-c', `printf '${question}' 0`]);
  };

  it('is what the protocol of the port asks', () => {
    // A query for the servers of the root: flags, one question, the empty name, NS, IN.
    expect(bytes({ port: 53 })?.toString('hex')).toBe('504c000000010000000000000000020001');
    // Version 4, mode 3 (client), 48 bytes.
    expect(bytes({ port: 123 })).toHaveLength(48);
    expect(bytes({ port: 123 })?.[0]).toBe((4 << 3) | 3);
    // A binding request without attributes, and the magic cookie.
    expect(bytes({ port: 30_000, name: 'stun-udp' })?.subarray(0, 8).toString('hex')).toBe(
      '000100002112a442',
    );
    expect(bytes({ port: 3478 })).toHaveLength(20);
    // A long header, a version of the form 0x?a?a?a?a, an id of eight bytes and one of none.
    const quic = bytes({ port: 443, name: 'http3' });
    expect(quic).toHaveLength(1200);
    expect(quic?.subarray(0, 6).toString('hex')).toBe('c01a2a3a4a08');
    expect(quic?.[14]).toBe(0);
    expect(bytes({ port: 7 })?.toString()).toBe('plumb');
  });

  it.each([
    { port: 443 },
    { port: 8125, name: 'statsd' },
    { port: 161, name: 'snmp' },
    { port: 7000, name: 'udp' },
  ])('is none at %o, where not everything is answered', (port) => {
    expect(udpQuestion(port)).toBeUndefined();
  });
});

describe('what of a Service is asked', () => {
  const list = (resource: string, items: object[]): Source => ({
    path: `cluster/shop/${resource}.json`,
    kind: 'kubernetes',
    bytes: Buffer.from(JSON.stringify({ items })),
  });
  const time = { name: 'time', port: 123, protocol: 'UDP' };
  const objects = (labels = {}): Source[] => [
    list('services', [
      {
        metadata: { name: 'clock', namespace: 'shop', labels },
        spec: {
          clusterIP: '10.96.0.7',
          clusterIPs: ['10.96.0.7', 'fd00::7'],
          ports: [time, { name: 'admin', port: 80 }, { name: 'stats', port: 8125, protocol: 'UDP' }],
        },
      },
    ]),
    list(
      'endpointslices',
      [
        ['IPv4', '10.244.1.9'],
        ['IPv6', 'fd01::9'],
      ].map(([addressType, address]) => ({
        metadata: {
          name: `clock-${addressType}`,
          namespace: 'shop',
          labels: { 'kubernetes.io/service-name': 'clock' },
        },
        addressType,
        ports: [
          { name: 'time', port: 1123, protocol: 'UDP' },
          { name: 'admin', port: 8080, protocol: 'TCP' },
          { name: 'stats', port: 8125, protocol: 'UDP' },
        ],
        endpoints: [{ addresses: [address] }, { addresses: ['10.244.9.9'], conditions: { ready: false } }],
      })),
    ),
  ];
  const subject = { namespace: 'shop', service: 'clock' };

  it('is each address with the ready endpoints of its family and port', () => {
    const asked = udpAskedOf(objects(), subject);
    expect(
      asked.map(({ frontend, endpoints }) =>
        [frontend, ...endpoints].map(({ address, port }) => `${address} ${port}`),
      ),
    ).toEqual([
      ['10.96.0.7 123', '10.244.1.9 1123'],
      ['fd00::7 123', 'fd01::9 1123'],
    ]);
    const indexes = asked.flatMap(({ frontend, endpoints }) => [frontend, ...endpoints]);
    expect(new Set(indexes.map(({ index }) => index)).size).toBe(4);
  });

  it('is nothing of the cluster’s DNS, which is asked for names', () => {
    expect(udpAskedOf(objects({ 'k8s-app': 'kube-dns' }), subject)).toEqual([]);
  });

  it('becomes observations of a place that can ask, and none of one that cannot', async () => {
    const { port } = await server(() => Buffer.from('!'));
    const asked = [group(port, [])];
    const at = { namespace: 'shop', pod: 'client' };
    const from = { kind: 'pod', pod: 'shop/client', node: 'node-a' } as const;
    const able = fakeAccess({ exec: (_, argv) => runWith({}, argv) });
    const unable = fakeAccess({ exec: () => 'no-program' });
    // The shell runs while this process waits, so that its server is silent.
    expect(await askByUdp(able, at, from, asked, { timeoutMs: 9000 })).toEqual([
      {
        from: { ...from, via: 'exec' },
        address: '127.0.0.1',
        port,
        protocol: 'udp',
        results: { timeout: 2 },
      },
    ]);
    expect(await askByUdp(unable, at, from, asked, { timeoutMs: 9000 })).toEqual([]);
  });
});
