import type { Collected } from '../collected.ts';
import type { ClusterAccess, Patience } from '../kubernetes/cluster-access.ts';

/** The names that are asked for depend on it, so all else waits for it. */
const MOST_WAIT_MS = 5000;

/** The resolv.conf of the pod `client`, `namespace/name`, as a source; a gap where it cannot be read, and then it is derived. */
export async function readResolvConf(
  access: ClusterAccess,
  client: string,
  { timeoutMs, ...patience }: Patience,
): Promise<Collected> {
  const [namespace = '', pod = ''] = client.split('/');
  const ran = await access.exec({ namespace, pod }, ['cat', '/etc/resolv.conf'], {
    ...patience,
    timeoutMs: Math.min(timeoutMs, MOST_WAIT_MS),
    maxBytes: 65_536,
  });
  if (ran.ok && ran.value.exitCode === 0)
    return {
      sources: [
        {
          path: `pods/${namespace}_${pod}/resolv.conf`,
          kind: 'resolv-conf',
          pod: client,
          bytes: ran.value.stdout,
          command: 'cat /etc/resolv.conf',
          exitCode: 0,
          readAt: new Date().toISOString(),
        },
      ],
      gaps: [],
    };
  const why = ran.ok ? ran.value.stderr.trim() : ran.failure.message;
  const unlock = `create on pods/exec in ${namespace}, and an image that has cat`;
  return { sources: [], gaps: [{ what: `resolv.conf of pod ${client}`, why, unlock }] };
}
