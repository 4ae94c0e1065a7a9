import { afterEach, describe, expect, it } from 'vitest';
import { type OnChannel, type SimulatedServer, startApiServer } from './api-server-fixture.ts';
import { execInPod } from './exec-in-pod.ts';
import { forwardPort } from './forward-port.ts';

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
    expect(answer).toMatchObject({ ok: true, value: { exitCode: 3, stderr: 'warning', isCut: false } });
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
    expect(answer).toMatchObject({ ok: true, value: { isCut: true } });
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
    expect(
      await exec((channel) => {
        channel.send(frame(1, 'half'));
        channel.terminate();
      }),
    ).toMatchObject({ failure: { kind: 'cut' } });
  });
});

describe('forwardPort', () => {
  const begin = (channel: Parameters<OnChannel>[0]): void => {
    channel.send(frame(0, '\x50\0'));
    channel.send(frame(1, '\x50\0'));
  };

  it('carries bytes both ways', async () => {
    server = await startApiServer(
      () => undefined,
      (channel) => {
        begin(channel);
        channel.on('message', (data: Buffer) => {
          channel.send(frame(0, `echo ${data.subarray(1).toString()}`));
          channel.close();
        });
      },
    );
    const stream = await forwardPort(server.link, web, 80, { timeoutMs: 1000 });
    if (!stream.ok) throw new Error(stream.failure.message);
    stream.value.write('hello');
    const chunks: Buffer[] = [];
    for await (const chunk of stream.value) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe('echo hello');
  });

  it('breaks with what the node says', async () => {
    server = await startApiServer(
      () => undefined,
      (channel) => {
        begin(channel);
        channel.send(frame(1, 'connect: connection refused'));
      },
    );
    const stream = await forwardPort(server.link, web, 80, { timeoutMs: 1000 });
    if (!stream.ok) throw new Error(stream.failure.message);
    const said = await new Promise<Error>((resolve) => stream.value.once('error', resolve));
    expect(said.message).toContain('connection refused');
  });

  it('ends when its patience does', async () => {
    server = await startApiServer(() => undefined, begin);
    const stream = await forwardPort(server.link, web, 80, { timeoutMs: 60 });
    if (!stream.ok) throw new Error(stream.failure.message);
    await expect(new Promise((resolve) => stream.value.once('error', resolve))).resolves.toMatchObject({
      message: 'not done within 0.06 s',
    });
  });
});
