import { frontendsOf } from '../../src/intent/frontends-of.ts';
import type { World } from '../../src/world/world.ts';
import type { Lab } from '../cluster/lab.ts';
import type { LabJudgement } from './judge-rules.ts';
import { clientsOf, connect, forgetAffinity, outcomesOf } from './lab-packets.ts';

/**
 * Connects `connections` times from a pod on the first node to every ClusterIP in front of the lab's own servers, and holds who answered
 * against the shares of the walk, by chi-square. A text for each Service that was shared out otherwise.
 */
export async function judgeShares(lab: Lab, world: World, connections: number): Promise<LabJudgement> {
  await forgetAffinity(lab);
  const [client] = clientsOf(lab, world);
  const disagreements: string[] = [];
  let packets = 0;
  if (client === undefined) return { packets, rules: 0, disagreements: ['no pod to connect from'] };
  for (const service of world.services) {
    const isShared = service.spec.selector !== undefined && service.spec.sessionAffinity !== 'ClientIP';
    if (service.metadata.namespace !== 'shop' || !isShared) continue;
    for (const goal of frontendsOf(world, service).filter(({ kind }) => kind === 'clusterIP')) {
      const shares = new Map<string, number>();
      for (const { probability, pod, result } of outcomesOf(world, client, goal)) {
        const who = result === 'delivered' ? (pod ?? '').replace('shop/', '') : 'nobody';
        shares.set(who, (shares.get(who) ?? 0) + probability[0]);
      }
      const answers = await connect(lab, client, goal, { tries: connections, timeoutMs: 5000 });
      packets += connections;
      const chiSquare = [...shares].reduce((sum, [who, share]) => {
        const expected = share * connections;
        return sum + ((answers[who] ?? 0) - expected) ** 2 / expected;
      }, 0);
      const isOther = Object.keys(answers).some((who) => !shares.has(who));
      const limit = CRITICAL[shares.size - 1];
      if (!isOther && limit !== undefined && chiSquare <= limit) continue;
      disagreements.push(
        `${service.metadata.name}: ${JSON.stringify(answers)}, not shared as ${JSON.stringify([...shares])} (chi-square ${chiSquare.toFixed(1)})`,
      );
    }
  }
  return { packets, rules: 0, disagreements };
}

// 0.9999 quantiles of chi-square by degrees of freedom: of ten thousand comparisons one fails by chance.
const CRITICAL = [0, 15.14, 18.42, 21.11, 23.51, 25.74];
