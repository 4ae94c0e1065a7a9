import { auditWorld } from '../../src/verify/audit-world.ts';
import type { Discrepancy } from '../../src/verify/discrepancy.ts';
import { clientText, frontendText } from '../../src/verify/group-discrepancies.ts';
import { apply, patch, remove } from '../cluster/api.ts';
import { Lab } from '../cluster/lab.ts';
import { rulesOf } from '../cluster/until-rules-written.ts';
import { readLabWorld } from '../kernel-judge/lab-packets.ts';
import { isInside } from '../machine/enclosure.ts';
import { until } from '../machine/run.ts';
import { NAMESPACE } from '../random/namespace.ts';
import { type RandomService, randomServices } from '../random/random-services.ts';
import { say } from '../say.ts';
import { again } from './up.ts';

/** The endpoints are nobody: that packets get nowhere beyond the rules is as it should be. */
const BEYOND_RULES = new Set<Discrepancy['kind']>(['unreachable', 'reply-lost', 'cannot-tell']);

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };

/** Makes `count` Services at random, and holds what kube-proxy writes for them against what they promise; returns the exit code. */
export async function random(args: readonly string[], seed: number, count: number): Promise<number> {
  if (!isInside()) return again(args, undefined);
  const lab = Lab.current();
  await apply([namespace]);
  try {
    for (const each of randomServices(seed, count)) await make(each);
    await untilWritten(lab);
    const found = await judge(lab);
    say(
      `${count} Services of seed ${seed}: ${found.verified} clients, ${found.differing.length} served otherwise than promised`,
    );
    for (const text of found.differing) process.stdout.write(`${text}\n`);
    return found.differing.length > 0 ? 1 : 0;
  } finally {
    await remove(namespace);
  }
}

async function make({ service, slices, ingress }: RandomService): Promise<void> {
  await apply([service, ...slices]);
  if (ingress.length > 0)
    await patch(
      'Service',
      NAMESPACE,
      service.metadata?.name ?? '',
      { status: { loadBalancer: { ingress } } },
      { subresource: 'status' },
    );
}

/** One more Service, whose rules every node has only after those of the others. */
async function untilWritten(lab: Lab): Promise<void> {
  const address = '203.0.113.250';
  const metadata = { name: 'last', namespace: NAMESPACE };
  await apply([
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }], externalIPs: [address] } },
  ]);
  await until('the rules of the last Service', 120_000, async () => {
    const rules = await Promise.all(lab.nodes.map(({ name }) => rulesOf(lab, name)));
    return rules.every((text) => text.includes(address));
  });
}

async function judge(
  lab: Lab,
): Promise<{ readonly verified: number; readonly differing: readonly string[] }> {
  const verifications = [...auditWorld(await readLabWorld(lab), { namespace: NAMESPACE })].flatMap(
    (audited) => audited.verifications,
  );
  const differing = verifications.flatMap(({ expectation: { frontend, vantage }, discrepancies }) =>
    discrepancies
      .filter(({ kind }) => !BEYOND_RULES.has(kind))
      .map(
        ({ kind, summary }) =>
          `${frontend.service} ${frontendText(frontend)} from ${clientText(vantage)}: ${kind}: ${summary}`,
      ),
  );
  return { verified: verifications.length, differing };
}
