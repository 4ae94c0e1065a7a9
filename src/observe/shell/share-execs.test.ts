import { describe, expect, it } from 'vitest';
import { type FakeRun, fakeAccess, runWith } from '../kubernetes/cluster-access-fixture.ts';

const at = { namespace: 'kube-system', pod: 'kube-proxy-a' };
const patience = { timeoutMs: 1000 };
const textOf = (output: { stdout: Uint8Array }): string => Buffer.from(output.stdout).toString();

function cluster(run: (argv: readonly string[]) => FakeRun = (argv) => runWith({}, argv)) {
  const execs: string[] = [];
  const access = fakeAccess({
    exec: ({ pod }, argv) => {
      execs.push(pod);
      return run(argv);
    },
  });
  return { access, execs };
}

describe('shareExecs', () => {
  it('runs what is given for a container at the same time with one exec, and keeps outputs apart', async () => {
    const { access, execs } = cluster();
    const given = await Promise.all([
      access.runScript(at, 'printf one; exit 3', patience),
      access.runScript(at, 'echo two; echo', patience),
      access.runScript(at, ':', patience),
      access.runScript({ ...at, pod: 'other' }, 'echo four', patience),
    ]);
    expect(execs).toEqual(['kube-proxy-a', 'other']);
    expect(given.map((each) => each.ok && textOf(each.value))).toEqual(['one', 'two\n\n', '', 'four\n']);
    expect(given.every((each) => each.ok && each.value.cutBy === undefined)).toBe(true);
  });

  it('asks anew for what comes later, and for what would make a request too long', async () => {
    const { access, execs } = cluster();
    await access.runScript(at, 'echo', patience);
    const long = `# ${'x'.repeat(4000)}\necho long`;
    const both = await Promise.all([
      access.runScript(at, long, patience),
      access.runScript(at, long, patience),
    ]);
    expect(execs).toHaveLength(3);
    expect(both.map((each) => each.ok && textOf(each.value))).toEqual(['long\n', 'long\n']);
  });

  it('gives each what it printed where the whole was cut, and says of whom it was', async () => {
    const { access } = cluster((argv) => {
      const { stdout = '' } = runWith({}, argv) as { stdout?: Uint8Array };
      const text = Buffer.from(stdout).toString();
      return {
        stdout: text.slice(0, text.indexOf('half') + 4),
        cutBy: { kind: 'timeout', message: 'not done within 1 s' },
      };
    });
    const [whole, half, none] = await Promise.all(
      ['echo whole', 'echo half; echo more', 'echo none'].map((script) =>
        access.runScript(at, script, patience),
      ),
    );
    expect(whole).toMatchObject({ ok: true });
    expect(whole?.ok && whole.value.cutBy).toBeUndefined();
    expect(half).toMatchObject({ ok: true, value: { cutBy: { kind: 'timeout' } } });
    expect(none).toEqual({ ok: false, failure: { kind: 'timeout', message: 'not done within 1 s' } });
  });

  it('tells all of them why there was none', async () => {
    const { access } = cluster(() => 'forbidden');
    const given = await Promise.all(['a', 'b'].map((script) => access.runScript(at, script, patience)));
    expect(given.map((each) => !each.ok && each.failure.kind)).toEqual(['forbidden', 'forbidden']);
  });

  it('asks many containers in turn', async () => {
    let most = 0;
    let now = 0;
    const access = fakeAccess({
      exec: async (_, argv) => {
        most = Math.max(most, ++now);
        await new Promise((done) => setTimeout(done, 5));
        now--;
        return runWith({}, argv);
      },
    });
    const pods = Array.from({ length: 40 }, (_, index) => ({ ...at, pod: `p${index}` }));
    const given = await Promise.all(pods.map((pod) => access.runScript(pod, 'echo x', patience)));
    expect(given.every(({ ok }) => ok)).toBe(true);
    expect(most).toBe(16);
  });
});
