import type { Collected } from '../collected.ts';
import type { ClusterAccess, ContainerName, Patience } from '../kubernetes/cluster-access.ts';

/** The resolv.conf of a pod, as a source; a gap where it cannot be read, and then it is derived. */
export async function readResolvConf(
  access: ClusterAccess,
  at: ContainerName,
  patience: Patience,
): Promise<Collected> {
  const pod = `${at.namespace}/${at.pod}`;
  const ran = await access.exec(at, ['cat', '/etc/resolv.conf'], { ...patience, maxBytes: 65_536 });
  if (ran.ok && ran.value.exitCode === 0)
    return {
      sources: [
        {
          path: `pods/${at.namespace}_${at.pod}/resolv.conf`,
          kind: 'resolv-conf',
          pod,
          bytes: ran.value.stdout,
          command: 'cat /etc/resolv.conf',
          exitCode: 0,
          readAt: new Date().toISOString(),
        },
      ],
      gaps: [],
    };
  const why = ran.ok ? ran.value.stderr.trim() : ran.failure.message;
  const unlock = `create on pods/exec in ${at.namespace}, and an image that has cat`;
  return { sources: [], gaps: [{ what: `resolv.conf of pod ${pod}`, why, unlock }] };
}
