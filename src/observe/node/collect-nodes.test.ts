import { describe, expect, it } from 'vitest';
import { textOf } from '../../snapshot/snapshot.ts';
import type { ContainerName } from '../kubernetes/cluster-access.ts';
import { type FakeRun, fakeAccess, runWith } from '../kubernetes/cluster-access-fixture.ts';
import { collectNodes } from './collect-nodes.ts';
import { debugPod, debugPodDefaults } from './debug-pod.ts';
import type { PodObject } from './node-pods.ts';
import { removeDebugPods } from './remove-debug-pods.ts';

function pod(
  name: string,
  node: string,
  more: { labels?: Record<string, string>; status?: object; metadata?: object } = {},
): PodObject {
  return {
    metadata: { name, namespace: 'kube-system', labels: more.labels ?? {}, ...more.metadata },
    spec: { nodeName: node, hostNetwork: true, containers: [{ name: 'main' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'main', state: { running: {} } }],
      ...more.status,
    },
  };
}
const proxy = (node: string, more = {}): PodObject =>
  pod(`kube-proxy-${node}`, node, { labels: { 'k8s-app': 'kube-proxy' }, ...more });

const save = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';
const outputs: Readonly<Record<string, string>> = {
  'iptables-save -c': save,
  'ip addr show': '1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n',
  'ip -4 route show table all': 'default via 192.0.2.1 dev eth0\n',
};
/** An image without a shell, which has these programs. */
const distroless = (_: ContainerName, argv: readonly string[]): FakeRun => {
  const stdout = outputs[argv.join(' ')];
  return stdout === undefined ? 'no-program' : { stdout };
};
/** An image with this machine's shell, and with these programs before its own. */
const withShell = (_: ContainerName, argv: readonly string[]): FakeRun => {
  const cases = Object.entries(outputs).map(([command, text]) => `'${command}') printf '%s' '${text}' ;;`);
  const program = (name: string): string => `case "${name} $*" in ${cases.join('\n')}\n*) exit 1 ;; esac`;
  return runWith(
    { 'iptables-nft-save': 'exit 1', 'iptables-save': program('iptables-save'), ip: program('ip') },
    argv,
  );
};

const options = { timeoutMs: 50 };
const filesOf = (sources: readonly { path: string }[]): string[] => sources.map(({ path }) => path);

describe('collectNodes', () => {
  it.each([
    ['an image without a shell', distroless],
    ['an image with a shell', withShell],
  ])('reads %s as files of the node would be', async (_, exec) => {
    const access = fakeAccess({ exec, log: () => 'I1124 03:00:00.000000       1 server.go:1] hello\n' });
    const { sources } = await collectNodes(access, ['node-a'], [proxy('node-a')], { timeoutMs: 5000 });
    const source = sources.find(({ path }) => path === 'nodes/node-a/iptables-save.txt');
    expect(source).toMatchObject({
      kind: 'iptables-save',
      node: 'node-a',
      command: 'iptables-save -c',
      exitCode: 0,
      isComplete: true,
    });
    expect(source && textOf(source)).toBe(save);
    expect(filesOf(sources)).toEqual(
      expect.arrayContaining([
        'nodes/node-a/ip-addr.txt',
        'nodes/node-a/ip-route.txt',
        'nodes/node-a/kube-proxy.log',
      ]),
    );
    expect(access.left.size).toBe(0);
  });

  it('says of a long table that it was listed in part', async () => {
    const exec = (_: ContainerName, argv: readonly string[]): FakeRun =>
      runWith({ conntrack: "echo 'udp 17 29 src=10.0.0.1 dst=10.96.0.1 sport=1 '; echo other" }, argv);
    const read = async (above: number) =>
      await collectNodes(fakeAccess({ exec, log: () => '' }), ['node-a'], [proxy('node-a')], {
        timeoutMs: 5000,
        listed: { of: 'shop/web', words: ['10.96.0.1'], above },
      });
    const [part, whole] = [await read(-1), await read(1e9)];
    const gap = expect.objectContaining({ what: 'connections of node-a beyond shop/web', node: 'node-a' });
    expect(part.gaps).toContainEqual(gap);
    expect(whole.gaps).not.toContainEqual(gap);
    const listings = [part, whole].map(({ sources }) => {
      const source = sources.find(({ kind }) => kind === 'conntrack');
      return source && textOf(source).includes('other');
    });
    expect(listings).toEqual([false, true]);
  });

  it('asks other pods of the node for what kube-proxy’s image lacks', async () => {
    const exec = (at: ContainerName, argv: readonly string[]): FakeRun => {
      const isProxy = at.pod.startsWith('kube-proxy');
      const isIp = argv[0] === 'ip';
      return isProxy === isIp ? 'no-program' : distroless(at, argv);
    };
    const pods = [proxy('node-a'), pod('kube-flannel-ds-x', 'node-a'), pod('web-1', 'node-a')];
    const { sources, gaps } = await collectNodes(
      fakeAccess({ exec, log: () => '' }),
      ['node-a'],
      pods,
      options,
    );
    expect(filesOf(sources)).toEqual(
      expect.arrayContaining(['nodes/node-a/iptables-save.txt', 'nodes/node-a/ip-addr.txt']),
    );
    expect(gaps.map(({ what }) => what)).toEqual(['the ports of kube-proxy on node-a']);
  });

  it.each([
    [0, ['nft-text']],
    [1, []],
  ])('takes nothing from nft for no rules where it ends with %i', async (exitCode, kinds) => {
    const exec = (at: ContainerName, argv: readonly string[]): FakeRun =>
      argv[0] === 'nft' ? { stdout: '', exitCode } : distroless(at, argv);
    const access = fakeAccess({ exec, log: () => '' });
    const { sources } = await collectNodes(access, ['node-a'], [proxy('node-a')], options);
    const read = sources.filter(({ path }) => path === 'nodes/node-a/nft-ruleset.txt');
    expect(read.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('lets a node that hangs cost its own time only', async () => {
    const exec = (at: ContainerName, argv: readonly string[]): FakeRun =>
      at.pod.endsWith('-b') ? 'hang' : distroless(at, argv);
    const done: string[] = [];
    const { sources, gaps } = await collectNodes(
      fakeAccess({ exec, log: () => '' }),
      ['node-b', 'node-a'],
      [proxy('node-a'), proxy('node-b')],
      {
        ...options,
        onNode: (node) => done.push(node),
      },
    );
    expect(done).toEqual(['node-a', 'node-b']);
    expect(filesOf(sources)).toContain('nodes/node-a/iptables-save.txt');
    expect(gaps.find(({ what }) => what === 'rules of node-b')?.why).toContain('no answer in 50 ms');
  });

  it.each(['forbidden', 'drop'] as const)('tells what is not known where exec is %s', async (run) => {
    const { sources, gaps } = await collectNodes(
      fakeAccess({ exec: () => run }),
      ['node-a'],
      [proxy('node-a')],
      options,
    );
    expect(sources).toEqual([]);
    expect(gaps.map(({ what }) => what)).toEqual([
      'rules of node-a',
      'addresses of node-a',
      'routes of node-a',
      'the log of kube-proxy on node-a',
      'the ports of kube-proxy on node-a',
    ]);
    expect(gaps[0]?.unlock).toContain('pods/exec');
  });

  it('keeps what came of an output that is cut, and says so', async () => {
    const huge = Buffer.alloc(101_000_000, `-A X -j ACCEPT\n`);
    const exec = (_: ContainerName, argv: readonly string[]): FakeRun =>
      argv[0] === 'iptables-save'
        ? { stdout: Buffer.concat([Buffer.from('*nat\n'), huge]) }
        : distroless(_, argv);
    const { sources, gaps } = await collectNodes(
      fakeAccess({ exec, log: () => '' }),
      ['node-a'],
      [proxy('node-a')],
      options,
    );
    const source = sources.find(({ path }) => path === 'nodes/node-a/iptables-save.txt');
    expect(source?.isComplete).toBe(false);
    expect(source?.bytes.length).toBe(100_000_000);
    expect(gaps.map(({ what }) => what)).toContain('the end of iptables-save.txt of node-a');
  });

  it('asks nothing of nodes that an earlier capture has', async () => {
    const asked: string[] = [];
    const exec = (at: ContainerName, argv: readonly string[]): FakeRun => {
      asked.push(at.pod);
      return distroless(at, argv);
    };
    const known = {
      path: 'nodes/node-a/iptables-save.txt',
      kind: 'iptables-save' as const,
      bytes: Buffer.from(save),
    };
    const { sources } = await collectNodes(
      fakeAccess({ exec, log: () => '' }),
      ['node-a', 'node-b'],
      [proxy('node-a'), proxy('node-b')],
      { ...options, before: new Map([['node-a', [known]]]) },
    );
    expect(new Set(asked)).toEqual(new Set(['kube-proxy-node-b']));
    expect(sources[0]).toBe(known);
    expect(filesOf(sources)).toContain('nodes/node-b/iptables-save.txt');
  });

  it('asks the kube-proxy that stays, of two on a node', async () => {
    const asked: string[] = [];
    const exec = (at: ContainerName, argv: readonly string[]): FakeRun => {
      asked.push(at.pod);
      return distroless(at, argv);
    };
    const leaving = pod('kube-proxy-old', 'node-a', {
      metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    const staying = pod('kube-proxy-new', 'node-a');
    await collectNodes(fakeAccess({ exec, log: () => '' }), ['node-a'], [leaving, staying], options);
    expect(asked[0]).toBe('kube-proxy-new');
  });

  it('reads the log of the run before where kube-proxy starts again and again', async () => {
    const status = {
      containerStatuses: [
        { name: 'main', restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } },
      ],
    };
    const access = fakeAccess({
      exec: distroless,
      log: (_, isPrevious) => (isPrevious ? 'E1124 03:00:00.000000       1 server.go:1] no\n' : ''),
    });
    const { sources, gaps } = await collectNodes(access, ['node-a'], [proxy('node-a', { status })], options);
    expect(sources.map(({ kind }) => kind)).toEqual(['kube-proxy-log']);
    expect(gaps.map(({ why }) => why)).toContain('kube-system/kube-proxy-node-a does not run (7 restarts)');
  });

  it('reads what kube-proxy serves, and leaves no stream open', async () => {
    const pages: Record<string, string> = { '/proxyMode': 'iptables', '/healthz': '{"lastUpdated":"x"}' };
    const access = fakeAccess({
      exec: distroless,
      log: () => '',
      serve: () => (request, stream) => {
        const path = request.toString().split(' ')[1] ?? '';
        const body = pages[path];
        stream.push(
          body === undefined
            ? 'HTTP/1.0 404 Not Found\r\n\r\nno'
            : `HTTP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        stream.push(null);
      },
    });
    const { sources } = await collectNodes(access, ['node-a'], [proxy('node-a')], options);
    expect(sources.flatMap(({ kind }) => (kind.startsWith('kube-proxy') ? [kind] : [])).sort()).toEqual([
      'kube-proxy-healthz',
      'kube-proxy-mode',
    ]);
    expect(access.open).toBe(0);
  });

  it('asks a port for its pages in turn over one stream, and anew where the server hung up', async () => {
    const opened: number[] = [];
    const serveWith =
      (hangsUp: boolean): NonNullable<Parameters<typeof fakeAccess>[0]['serve']> =>
      (_, port) => {
        opened.push(port);
        return (request, stream) => {
          const path = request.toString().split(' ')[1] ?? '';
          stream.push(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
          if (hangsUp) stream.push(null);
        };
      };
    const read = async (hangsUp: boolean) => {
      opened.length = 0;
      const access = fakeAccess({ exec: distroless, log: () => '', serve: serveWith(hangsUp) });
      const { sources } = await collectNodes(access, ['node-a'], [proxy('node-a')], { timeoutMs: 5000 });
      expect(access.open).toBe(0);
      return Object.fromEntries(
        sources
          .filter(({ command }) => command?.startsWith('GET'))
          .map((source) => [source.path, textOf(source)]),
      );
    };
    const pages = {
      'nodes/node-a/kube-proxy-healthz.txt': expect.stringMatching(/\r\n\r\n\/healthz$/) as string,
      'nodes/node-a/notes/kube-proxy-livez.txt': expect.stringMatching(/\r\n\r\n\/livez$/) as string,
      'nodes/node-a/kube-proxy-metrics.txt': '/metrics',
      'nodes/node-a/kube-proxy-mode.txt': '/proxyMode',
      'nodes/node-a/kube-proxy-configz.json': '/configz',
    };
    expect(await read(false)).toEqual(pages);
    expect(opened).toEqual([10256, 10249]);
    expect(await read(true)).toEqual(pages);
    expect(opened).toEqual([10256, 10249, 10256, 10249, 10249]);
  });

  it('tells a port that is silent from one that nobody came to', async () => {
    const read = async (signal: AbortSignal | undefined) => {
      const serve = () => () => undefined;
      const access = fakeAccess({ exec: distroless, log: () => '', serve });
      const { gaps } = await collectNodes(access, ['node-a'], [proxy('node-a')], {
        ...options,
        ...(signal === undefined ? {} : { signal }),
      });
      return gaps.find(({ what }) => what.includes('kube-proxy'));
    };
    expect(await read(undefined)).toMatchObject({
      what: 'what kube-proxy on node-a serves',
      why: 'port 10256 gave no answer',
    });
    expect(await read(AbortSignal.abort())).toMatchObject({
      what: 'the ports of kube-proxy on node-a',
      why: 'ended before it was done',
    });
  });

  it('tells an answer that breaks off', async () => {
    const serve =
      () => (_request: Buffer, stream: { push(text: string): boolean; destroy(error?: Error): unknown }) => {
        stream.push('HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\nipt');
        stream.destroy();
      };
    const { sources } = await collectNodes(
      fakeAccess({ exec: distroless, log: () => '', serve }),
      ['node-a'],
      [proxy('node-a')],
      options,
    );
    expect(sources.find(({ path }) => path.endsWith('proxy-mode.txt'))?.isComplete).toBe(false);
  });
});

describe('debug pods', () => {
  const debugPods = debugPodDefaults;
  const exec = (at: ContainerName, argv: readonly string[]): FakeRun =>
    at.pod.startsWith('plumb-debug') ? distroless(at, argv) : 'no-program';

  it('are made only where the user said so, and always removed', async () => {
    const pods = [proxy('node-a')];
    const without = fakeAccess({ exec, log: () => '' });
    expect((await collectNodes(without, ['node-a'], pods, options)).gaps.map(({ what }) => what)).toContain(
      'rules of node-a',
    );
    const access = fakeAccess({ exec, log: () => '' });
    const { sources, gaps } = await collectNodes(access, ['node-a'], pods, { ...options, debugPods });
    expect(filesOf(sources)).toContain('nodes/node-a/iptables-save.txt');
    expect(gaps.map(({ what }) => what)).toEqual(['the ports of kube-proxy on node-a']);
    expect([...access.left.keys()]).toEqual([]);
  });

  it('are only shown, and not made, where that is asked', async () => {
    const access = fakeAccess({ exec, log: () => '' });
    const shown: unknown[] = [];
    const { sources } = await collectNodes(access, ['node-a'], [], {
      ...options,
      debugPods,
      onWouldMake: ({ spec }) => shown.push(spec['nodeName']),
    });
    expect(shown).toEqual(['node-a']);
    expect(sources).toEqual([]);
  });

  it('are removed after Ctrl-C, too', async () => {
    const stop = new AbortController();
    const access = fakeAccess({
      log: () => '',
      exec: (at) => {
        if (!at.pod.startsWith('plumb-debug')) return 'no-program';
        stop.abort();
        return 'hang';
      },
    });
    await collectNodes(access, ['node-a'], [proxy('node-a')], { ...options, debugPods, signal: stop.signal });
    expect([...access.left.keys()]).toEqual([]);
  });

  it('have no more rights than reading rules takes, and an end of their own', () => {
    const { spec } = debugPod('node-a', debugPods) as unknown as {
      spec: { containers: { securityContext: object }[] };
    };
    expect(spec).toMatchObject({
      nodeName: 'node-a',
      hostNetwork: true,
      hostPID: true,
      activeDeadlineSeconds: 300,
      automountServiceAccountToken: false,
    });
    expect(spec.containers[0]?.securityContext).toEqual({
      runAsUser: 0,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW'] },
    });
  });

  it('that were left are found by their label and removed', async () => {
    const access = fakeAccess({
      get: (path) =>
        path === '/api/v1/pods?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dplumb-debug'
          ? { items: [...access.left.values()] }
          : undefined,
    });
    await access.createPod('kube-system', debugPod('node-a', debugPods), options);
    const dry = await removeDebugPods(access, { ...options, isDryRun: true });
    expect(dry.ok && dry.value.map(({ node }) => node)).toEqual(['node-a']);
    expect(access.left.size).toBe(1);
    await removeDebugPods(access, options);
    expect(access.left.size).toBe(0);
    expect((await removeDebugPods(fakeAccess({}), options)).ok).toBe(false);
  });
});
