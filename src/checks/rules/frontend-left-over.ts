import { type ServedEntry, listEntries } from '../../kubeproxy/list-entries.ts';
import { formatAddressPort, parseIp } from '../../model/address.ts';
import { parseProtocol, protocolName } from '../../model/protocol.ts';
import { perWorld } from '../../world/per-world.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** At most so many frontends are named; the rest is counted. */
const NAMED = 4;

/** A node leads an address and port to endpoints that no Service has (any more). Said in audits only: it breaks no Service that is there. */
export const frontendLeftOver: Check = defineCheck({
  id: 'rules/frontend-left-over',
  asserts: 'no node serves an address and port that no Service has',
  faults: ['K05', 'K03', 'K01'],
  needs: ['services', 'rules', 'kubeProxies'],
  *run({ world, subject: { isOneOfMany } }) {
    if (!isOneOfMany || world.coverage.get('services')?.isComplete !== true) return;
    for (const [node, entries] of leftOver(world)) {
      const [first] = entries;
      if (first === undefined) continue;
      const named = entries.slice(0, NAMED).map(textOf).join(', ');
      const rest = entries.length > NAMED ? ` and ${entries.length - NAMED} more` : '';
      yield {
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        summary: `${node} still serves ${named}${rest}, which no Service has: kube-proxy there has not taken back what was deleted`,
        evidence: entries
          .slice(0, NAMED)
          .map((entry) => ({ source: entry.source, location: `line ${entry.line}`, text: textOf(entry) })),
        remedy: {
          text: `restart kube-proxy on ${node}; it writes all rules anew when it starts`,
          commands: [
            `kubectl -n kube-system delete pods -l k8s-app=kube-proxy --field-selector spec.nodeName=${node}`,
          ],
        },
      };
    }
  },
});

/** Node → what its rules serve and no Service claims. */
const leftOver = perWorld((world): ReadonlyMap<string, readonly ServedEntry[]> => {
  const claimed = claimsOf(world);
  return new Map(
    [...world.kubeProxies].map(([node, { config }]): [string, ServedEntry[]] => {
      const rules = world.nodeStates.get(node);
      const entries = rules === undefined ? [] : listEntries(rules, config.mode);
      return [node, entries.filter((entry) => !claimed.has(keyOf(entry)))];
    }),
  );
});

function claimsOf({ services }: World): Set<string> {
  const claimed = new Set<string>();
  for (const { spec, status } of services) {
    const texts = [
      ...(spec.clusterIPs ?? [spec.clusterIP]),
      ...(spec.externalIPs ?? []),
      ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
    ];
    const addresses = texts.flatMap((text) => (text === undefined ? [] : (parseIp(text) ?? [])));
    for (const { port, nodePort, protocol: name } of spec.ports ?? []) {
      const protocol = parseProtocol(name ?? 'TCP') ?? 0;
      for (const address of addresses) claimed.add(keyOf({ address, protocol, port }));
      if (nodePort) claimed.add(keyOf({ protocol, port: nodePort }));
    }
  }
  return claimed;
}

function keyOf({ address, protocol, port }: Pick<ServedEntry, 'address' | 'protocol' | 'port'>): string {
  return `${address ?? 'any'} ${protocol} ${port}`;
}

function textOf({ address, protocol, port }: ServedEntry): string {
  const at = address === undefined ? `NodePort ${port}` : formatAddressPort(address, port);
  return `${at}/${protocolName(protocol)}`;
}
