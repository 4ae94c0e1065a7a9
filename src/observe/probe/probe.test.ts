import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProbeObservation } from '../../model/observation.ts';
import { type Source, textOf } from '../../snapshot/snapshot.ts';
import { type FakeRun, fakeAccess, runWith } from '../kubernetes/cluster-access-fixture.ts';
import { observeProbes } from './observe-probes.ts';
import { outsideTargetsOf, probeFromHere } from './probe-from-here.ts';
import { isHttpPath, probeScript } from './probe-script.ts';
import { readProbes } from './read-probes.ts';

const target = (port: number, tries = 1) => ({ address: '192.0.2.7', port, tries });

/** What the script says where `nc` is this program. */
function probed(nc: string, targets = [target(80)]) {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  writeFileSync(join(folder, 'nc'), `#!/bin/sh\n${nc}\n`, { mode: 0o755 });
  const text = execFileSync('sh', ['-c', probeScript(targets, '@x')], {
    env: { PATH: `${folder}:${process.env['PATH']}` },
    encoding: 'utf8',
  });
  return readProbes(text, targets, '@x').map(({ results }) => results);
}

describe('probing with nc', () => {
  it('counts the tries of each target', () => {
    const nc = `[ "$5" = 80 ] || { echo "nc: connect to $4 port $5 (tcp) failed: Connection refused" >&2; exit 1; }`;
    expect(probed(nc, [target(80, 3), target(81)])).toEqual([{ connected: 3 }, { refused: 1 }]);
  });

  // busybox 1.35: nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]
  const busybox = (then: string): string =>
    `[ "$1" != -z ] || { echo "nc: invalid option -- 'z'" >&2; exit 1; }\n[ "$5" = -e ] || exit 9\n${then}`;

  it.each([
    ['busybox, connected', busybox('exit 0'), { connected: 1 }],
    [
      'busybox without the program',
      busybox(`echo "nc: can't execute 'echo': No such file or directory" >&2; exit 127`),
      { connected: 1 },
    ],
    [
      'busybox, refused',
      busybox(`echo "nc: can't connect to remote host (192.0.2.7): Connection refused" >&2; exit 1`),
      { refused: 1 },
    ],
    ['busybox, silence', busybox('echo "nc: timed out" >&2; exit 1'), { timeout: 1 }],
    ['OpenBSD, silence', 'exit 1', { timeout: 1 }],
    ['ncat, silence', 'echo "Ncat: TIMEOUT." >&2; exit 1', { timeout: 1 }],
    [
      'no route',
      'echo "nc: connect to 192.0.2.7 port 80 (tcp) failed: No route to host" >&2; exit 1',
      { 'no-route': 1 },
    ],
    ['a tool that breaks', 'echo "Segmentation fault" >&2; exit 139', { failed: 1 }],
  ])('%s', (_, nc, results) => {
    expect(probed(nc)).toEqual([results]);
  });
});

describe('asking by HTTP', () => {
  const server = (answer: (socket: Socket) => void): Promise<{ port: number; close: () => void }> =>
    new Promise((done) => {
      const listening = createServer(answer);
      listening.listen(0, '127.0.0.1', () =>
        done({ port: (listening.address() as AddressInfo).port, close: () => listening.close() }),
      );
    });
  const ask = async (answer: (socket: Socket) => void, tool: string) => {
    const { port, close } = await server(answer);
    const targets = [{ address: '127.0.0.1', port, tries: 1 }];
    const folder = mkdtempSync(join(tmpdir(), 'probe-'));
    if (tool !== '') writeFileSync(join(folder, 'nc'), tool, { mode: 0o755 });
    const text = await new Promise<string>((done) =>
      execFile(
        'sh',
        ['-c', probeScript(targets, '@x', '/healthz')],
        { env: { PATH: `${folder}:${process.env['PATH']}` } },
        (_, stdout) => done(stdout),
      ),
    );
    close();
    return readProbes(text, targets, '@x');
  };
  // The way of every nc: standard input to the peer, what comes back to standard output.
  const nc = `#!${process.execPath}\nconst args = process.argv.slice(2); const [host, port] = args.slice(-2);\nconst s = require('net').connect(port, host, () => args.includes('-z') ? process.exit(0) : process.stdin.pipe(s));\ns.pipe(process.stdout); s.on('close', () => process.exit(0)); s.on('error', () => process.exit(1)); setTimeout(() => process.exit(1), 2000);\n`;

  it('reads the status of the answer', async () => {
    let request = '';
    const [probed] = await ask((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        request += data.toString();
        socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
      });
    }, nc);
    expect(request).toMatch(/^GET \/healthz HTTP\/1\.0\r\nHost: 127\.0\.0\.1\r\n/);
    expect(probed).toMatchObject({ results: { connected: 1 }, http: { asked: 1, statuses: [503] } });
  });

  it('tells silence and other protocols from an answer', async () => {
    const say = (text: string) => (socket: Socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text));
    };
    const silent = await ask(say(''), nc);
    const other = await ask(say('SSH-2.0-OpenSSH_9.2\r\n'), nc);
    expect([...silent, ...other].map(({ http }) => http)).toEqual([
      { asked: 1, statuses: [] },
      { asked: 1, statuses: [] },
    ]);
  });

  it.each([
    ['/', true],
    ['/healthz?full=1', true],
    ['healthz', false],
    ['/$(reboot)', false],
    ["/'", false],
    ['/a b', false],
  ])('takes %s for a path: %s', (path, isPath) => {
    expect(isHttpPath(path)).toBe(isPath);
  });
});

describe('observeProbes', () => {
  const list = (resource: string, items: object[]): Source => ({
    path: `cluster/shop/${resource}.json`,
    kind: 'kubernetes',
    bytes: Buffer.from(JSON.stringify({ items })),
  });
  const labels = { 'kubernetes.io/service-name': 'web' };
  const objects = [
    list('services', [
      {
        metadata: { name: 'web', namespace: 'shop' },
        spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }, { port: 8125, protocol: 'UDP' }] },
      },
    ]),
    list('endpointslices', [
      {
        metadata: { name: 'web-x', namespace: 'shop', labels },
        ports: [{ port: 8080 }],
        endpoints: [
          { addresses: ['10.244.1.9'] },
          { addresses: ['10.244.2.9'], conditions: { ready: false } },
          { addresses: ['$(reboot)'] },
        ],
      },
    ]),
    list('pods', [
      {
        metadata: { name: 'client', namespace: 'shop' },
        spec: { nodeName: 'node-a', containers: [{ name: 'c' }] },
        status: { phase: 'Running' },
      },
    ]),
  ];
  const subject = { namespace: 'shop', service: 'web', clientPod: 'shop/client' };
  const observe = (run: (argv: readonly string[]) => FakeRun, of = objects) =>
    observeProbes(fakeAccess({ exec: (_, argv) => run(argv) }), of, subject, { timeoutMs: 50 });

  it('tries the TCP frontends and the ready endpoints from the client pod, with one exec', async () => {
    const scripts: string[] = [];
    const { sources, gaps } = await observe((argv) => {
      scripts.push(argv[2] ?? '');
      return runWith({ nc: '[ "$4" = 10.96.0.7 ] || { echo "Connection refused" >&2; exit 1; }' }, argv);
    });
    expect(scripts).toHaveLength(1);
    expect(scripts[0]?.match(/^p \d.*$/gm)).toEqual([
      'p 0 10.96.0.7 80 &',
      'p 0 10.96.0.7 80 &',
      'p 0 10.96.0.7 80 &',
      'p 1 10.244.1.9 8080 &',
    ]);
    const { items } = JSON.parse(sources[0] ? textOf(sources[0]) : '') as { items: ProbeObservation[] };
    expect(items).toMatchObject([
      {
        address: '10.96.0.7',
        port: 80,
        results: { connected: 3 },
        from: { kind: 'pod', pod: 'shop/client', node: 'node-a' },
      },
      { address: '10.244.1.9', port: 8080, results: { refused: 1 } },
    ]);
    expect(sources[0]?.kind).toBe('probe-results');
    expect(gaps).toEqual([]);
  });

  it.each([
    ['no shell', () => 'no-program' as const, /executable file not found/],
    ['no right', () => 'forbidden' as const, /forbidden/],
    [
      'no tool',
      ([sh = '', c = '', script = '']: readonly string[]) =>
        runWith({}, [`/bin/${sh}`, c, `command() { false; }; ${script}`]),
      /neither nc nor curl/,
    ],
    ['silence', () => 'hang' as const, /no answer in 50 ms/],
  ])('says that nothing could be tried: %s', async (_, run, why) => {
    const { sources, gaps } = await observe(run);
    expect(sources).toEqual([]);
    expect(gaps[0]?.why).toMatch(why);
  });
});

describe('probeFromHere', () => {
  const objects = (spec: object, status: object, port: number): Source[] => [
    {
      path: 'cluster/shop/services.json',
      kind: 'kubernetes',
      bytes: Buffer.from(
        JSON.stringify({
          items: [
            {
              metadata: { name: 'web', namespace: 'shop' },
              spec: { ports: [{ port }, { port: 53, protocol: 'UDP' }], ...spec },
              status,
            },
          ],
        }),
      ),
    },
  ];
  const subject = { namespace: 'shop', service: 'web' };

  it('tells a connection that stands from one that is refused, and sends nothing', async () => {
    let received = 0;
    const listening = createServer((socket) => socket.on('data', ({ length }) => (received += length)));
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    const { port } = listening.address() as AddressInfo;
    const ask = () =>
      probeFromHere(objects({ externalIPs: ['127.0.0.1'] }, {}, port), subject).then((items) =>
        items.map(({ results, from }) => [from.kind, results]),
      );
    expect(await ask()).toEqual([['machine', { connected: 1 }]]);
    await new Promise((done) => listening.close(done));
    expect(await ask()).toEqual([['machine', { refused: 1 }]]);
    expect(received).toBe(0);
  });

  it('asks load balancers, external IPs and the NodePorts of a few nodes', () => {
    const nodes: Source = {
      path: 'cluster/nodes.json',
      kind: 'kubernetes',
      bytes: Buffer.from(
        JSON.stringify({
          items: [1, 2, 3, 4].map((each) => ({
            metadata: { name: `n${each}` },
            status: {
              addresses: [
                { type: 'Hostname', address: `n${each}` },
                { type: 'InternalIP', address: `192.0.2.${each}` },
              ],
            },
          })),
        }),
      ),
    };
    const service = objects(
      { externalIPs: ['198.51.100.9'], ports: [{ port: 80, nodePort: 30080 }] },
      { loadBalancer: { ingress: [{ ip: '198.51.100.7' }, { hostname: 'lb.example' }] } },
      80,
    );
    expect(
      outsideTargetsOf([...service, nodes], subject).map(({ address, port }) => `${address}:${port}`),
    ).toEqual([
      '198.51.100.7:80',
      '198.51.100.9:80',
      '192.0.2.1:30080',
      '192.0.2.2:30080',
      '192.0.2.3:30080',
    ]);
    expect(outsideTargetsOf(objects({}, {}, 80), subject)).toEqual([]);
  });
});
