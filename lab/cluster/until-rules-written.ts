import { until } from '../machine/run.ts';
import type { Lab } from './lab.ts';

/**
 * Waits until the rules of every node name the pods behind the lab's Services, which are of its first family: kube-proxy follows the API by up to some
 * seconds.
 */
export async function untilRulesWritten(lab: Lab, limitMs: number): Promise<void> {
  const pods = [...(await lab.pods('shop', 'app')), ...(await lab.pods('kube-system', 'k8s-app=kube-dns'))];
  const addresses = pods.map(({ address }) => address);
  let missing: string[] = [];
  await until(
    'the rules of every node',
    limitMs,
    async () => {
      const rules = await Promise.all(lab.nodes.map(async ({ name }) => rulesOf(lab, name)));
      missing = lab.nodes.flatMap(({ name }, i) =>
        addresses.filter((address) => !names(rules[i] ?? '', address)).map((at) => `${name}: ${at}`),
      );
      return addresses.length > 0 && missing.length === 0;
    },
    () => `without ${missing.join(', ')}`,
  );
}

/** The rules or virtual servers of a node that translate addresses, as text. */
export async function rulesOf(lab: Lab, node: string): Promise<string> {
  const command = {
    iptables: 'iptables-save; ip6tables-save',
    nftables: 'nft list ruleset',
    ipvs: 'ipvsadm -Sn',
  }[lab.shape.mode];
  return lab.onNode(node, command);
}

/** True where rules name an address, with a port behind it or between spaces. */
function names(rules: string, address: string): boolean {
  return [':', ' ', ']'].some((end) => rules.includes(`${address}${end}`));
}
