import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { callApi } from './api-call.ts';
import {
  type OnChannel,
  type SimulatedServer,
  respond,
  startApiServer,
  status,
} from './api-server-fixture.ts';
import { execInPod } from './exec-in-pod.ts';
import { forwardPorts } from './forward-ports.ts';

let server: SimulatedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const web = { namespace: 'shop', pod: 'web' };
const frame = (stream: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([stream]), Buffer.from(text)]);
const ended = (code: number): Buffer =>
  frame(
    3,
    JSON.stringify(
      code === 0
        ? { status: 'Success' }
        : {
            status: 'Failure',
            reason: 'NonZeroExitCode',
            details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
          },
    ),
  );

async function exec(onChannel: OnChannel | undefined, more: object = {}) {
  server = await startApiServer(() => undefined, onChannel);
  return await execInPod(server.link, web, ['nft', 'list ruleset'], {
    timeoutMs: 1000,
    maxBytes: 1000,
    ...more,
  });
}

describe('execInPod', () => {
  it('runs words, not a shell line, and tells output and exit code apart', async () => {
    const answer = await exec((channel) => {
      channel.send(frame(1, 'table '));
      channel.send(frame(2, 'warning'));
      channel.send(frame(1, 'ip nat'));
      channel.send(ended(3));
    });
    expect(answer).toMatchObject({ ok: true, value: { exitCode: 3, stderr: 'warning' } });
    expect(answer.ok && Buffer.from(answer.value.stdout).toString()).toBe('table ip nat');
    expect(server?.asked).toEqual([
      'CHANNEL /api/v1/namespaces/shop/pods/web/exec?command=nft&command=list+ruleset&stdout=true&stderr=true',
    ]);
  });

  it('gives standard input, and closes it', async () => {
    const answer = await exec(
      (channel) => {
        const got: string[] = [];
        channel.on('message', (data: Buffer) => {
          got.push(data.toString('hex'));
          if (data[0] !== 255) return;
          channel.send(frame(1, got.join('|')));
          channel.send(ended(0));
        });
      },
      { stdin: Buffer.from('echo') },
    );
    expect(answer.ok && Buffer.from(answer.value.stdout).toString()).toBe('006563686f|ff00');
  });

  it('stops at the limit, and says that more came', async () => {
    const answer = await exec((channel) => {
      for (let index = 0; index < 20; index++) channel.send(frame(1, 'x'.repeat(100)));
    });
    expect(answer).toMatchObject({ ok: true, value: { cutBy: { kind: 'cut' } } });
    expect(answer.ok && answer.value.stdout.length).toBe(1000);
  });

  it('tells a right that is missing, a program that is missing, silence and a broken stream apart', async () => {
    expect(await exec(undefined)).toEqual({
      ok: false,
      failure: { kind: 'forbidden', message: 'pods "web" is forbidden: cannot create pods/exec' },
    });
    await server?.stop();
    const missing = { status: 'Failure', message: 'exec: "nft": executable file not found in $PATH' };
    expect(await exec((channel) => channel.send(frame(3, JSON.stringify(missing))))).toMatchObject({
      failure: { kind: 'no-program' },
    });
    await server?.stop();
    expect(await exec(() => undefined, { timeoutMs: 50 })).toMatchObject({ failure: { kind: 'timeout' } });
    await server?.stop();
    expect(await exec((channel) => channel.terminate())).toMatchObject({ failure: { kind: 'cut' } });
  });

  it('leaves the connection of a refusal to the next request', async () => {
    const refusing = createServer((request, response) => {
      request.resume();
      if (request.method === 'POST') respond(response, 201, {});
      else respond(response, 403, status(403, 'no'));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const link = {
      server: new URL(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`),
      options: () => Promise.resolve({ agent }),
      pauseMs: 5,
    };
    for (let round = 0; round < 5; round++) {
      const refused = execInPod(link, web, ['nft'], { timeoutMs: 1000, maxBytes: 1000 });
      const made = callApi(link, { method: 'POST', path: '/pods', body: {} }, { timeoutMs: 1000 });
      expect(await refused).toMatchObject({ ok: false, failure: { kind: 'forbidden' } });
      expect(await made).toMatchObject({ ok: true });
    }
    agent.destroy();
    await new Promise((resolve) => refusing.close(resolve));
  });

  it.each([
    ['hangs', () => undefined, 'timeout'],
    ['breaks', (channel: Parameters<OnChannel>[0]) => channel.terminate(), 'cut'],
  ])('keeps what was printed before it %s', async (_, then, kind) => {
    const answer = await exec(
      (channel) => {
        channel.send(frame(1, 'half'));
        setTimeout(() => then(channel), 20);
      },
      { timeoutMs: kind === 'timeout' ? 200 : 5000 },
    );
    expect(answer).toMatchObject({ ok: true, value: { exitCode: -1, cutBy: { kind } } });
    expect(answer.ok && Buffer.from(answer.value.stdout).toString()).toBe('half');
  });
});

describe('forwardPorts', () => {
  const begin = (channel: Parameters<OnChannel>[0]): void => {
    for (const number of [0, 1, 2, 3]) channel.send(frame(number, '\x50\0'));
  };
  const open = async (onChannel: OnChannel, timeoutMs = 1000) => {
    server = await startApiServer(() => undefined, onChannel);
    const streams = await forwardPorts(server.link, web, [80, 443], { timeoutMs });
    if (!streams.ok) throw new Error(streams.failure.message);
    return streams.value as [Duplex, Duplex];
  };
  const textOf = async (stream: Duplex): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };

  it('carries bytes both ways, of several ports over one connection', async () => {
    const streams = await open((channel) => {
      begin(channel);
      let asked = 0;
      channel.on('message', (data: Buffer) => {
        channel.send(frame(data[0] ?? 0, `echo ${data.subarray(1).toString()}`));
        asked++;
        if (asked === 2) channel.close();
      });
    });
    streams[1].write('two');
    streams[0].write('one');
    expect(await Promise.all(streams.map(textOf))).toEqual(['echo one', 'echo two']);
    expect(server?.asked).toEqual([
      'CHANNEL /api/v1/namespaces/shop/pods/web/portforward?ports=80&ports=443',
    ]);
  });

  it('breaks the stream of a port that is not served, with what the node says, and no other', async () => {
    const [broken, other] = await open((channel) => {
      begin(channel);
      channel.send(frame(1, 'connect: connection refused'));
      setTimeout(() => {
        channel.send(frame(2, 'fine'));
        channel.close();
      }, 20);
    });
    const said = new Promise<Error>((resolve) => broken.once('error', resolve));
    expect((await said).message).toContain('connection refused');
    expect(await textOf(other)).toBe('fine');
  });

  it('closes the connection with the last stream', async () => {
    let closed: () => void;
    const isClosed = new Promise<void>((resolve) => (closed = resolve));
    const [one, two] = await open((channel) => {
      begin(channel);
      channel.on('close', () => closed());
    });
    one.destroy();
    expect(await Promise.race([isClosed, new Promise((done) => setTimeout(done, 50, 'open'))])).toBe('open');
    two.destroy();
    await isClosed;
  });

  it.each([
    ['before it stands', () => AbortSignal.abort()],
    ['while nobody listens to its streams yet', () => AbortSignal.timeout(30)],
  ])('ends without an error that is nobody’s, %s', async (_, signal) => {
    server = await startApiServer(() => undefined, begin);
    const streams = await forwardPorts(server.link, web, [80, 443], { timeoutMs: 1000, signal: signal() });
    await new Promise((done) => setTimeout(done, 80));
    if (streams.ok) expect(streams.value.every(({ destroyed }) => destroyed)).toBe(true);
    else expect(streams.failure).toEqual({ kind: 'cut', message: 'ended before it was done' });
  });

  it('ends when its patience does', async () => {
    const [stream, other] = await open(begin, 60);
    other.on('error', () => undefined);
    await expect(new Promise((resolve) => stream.once('error', resolve))).resolves.toMatchObject({
      message: 'not done within 0.06 s',
    });
  });
});
