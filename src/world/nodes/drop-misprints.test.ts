import { expect, it } from 'vitest';
import { parseIptables } from '../../dataplane/iptables/parse-iptables.ts';
import { parseNftText } from '../../dataplane/nftables/parse-nft-text.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { dropMisprints } from './drop-misprints.ts';
import type { RuleDump } from './merge-tables.ts';

// Rules that iptables 1.8.9 wrote, as 1.8.9 and 1.8.7, nft 1.0.6 and 0.9.8 print them.
const ENTRIES = `-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-SERVICES -d 10.96.135.27/32 -p tcp -m comment --comment "shop/solo:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-JAOQKU4KGDKDQOS5
`;
const OLD_ENTRIES = `-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-SERVICES -d 10.96.135.27/32 -p tcp -m comment --comment "shop/solo:http cluster IP" -j KUBE-SVC-JAOQKU4KGDKDQOS5
`;
const POSTROUTING = `-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
`;
const OLD_POSTROUTING = `-A KUBE-POSTROUTING -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
`;
const BRANCHES = ` meta random & 2147483647 < 1073741824 counter packets 0 bytes 0 jump KUBE-SEP-A
		 counter packets 0 bytes 0 jump KUBE-SEP-B
`;
const OLD_BRANCHES = BRANCHES.replace('meta random & 2147483647 < 1073741824', '');

const saved = (rules: string, path = 'iptables-save.txt'): RuleDump => {
  const text = `*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-POSTROUTING - [0:0]\n${rules}COMMIT\n`;
  const source: Source = { path, kind: 'iptables-save', bytes: new TextEncoder().encode(text) };
  return { source, tables: parseIptables(source).tables };
};
const listed = (rules: string): RuleDump => {
  const text = `table ip nat {\n\tchain KUBE-SVC-X {\n\t\t${rules}\t}\n}\n`;
  const source: Source = { path: 'nft.txt', kind: 'nft-text', bytes: new TextEncoder().encode(text) };
  return { source, tables: parseNftText(source).tables };
};

function kept(...dumps: RuleDump[]): [string[], string[]] {
  const issues: ParseIssue[] = [];
  const left = dropMisprints(dumps, issues).map(({ source }) => source.path);
  return [left, issues.map(({ source }) => source)];
}

it.each([
  ['ports and marks', saved(ENTRIES + POSTROUTING), true],
  ['no port', saved(OLD_ENTRIES + OLD_POSTROUTING), false],
  ['no mark, as of IPVS mode', saved(OLD_POSTROUTING), false],
  ['one rule that lost its port', saved(ENTRIES + OLD_ENTRIES.split('\n')[1] + '\n' + POSTROUTING), true],
  ['a return of somebody else’s', saved(OLD_POSTROUTING + POSTROUTING), true],
  ['nothing of kube-proxy', saved('-A POSTROUTING -j RETURN\n'), true],
  ['chances', listed(BRANCHES), true],
  ['no chance', listed(OLD_BRANCHES), false],
  ['one endpoint', listed(' counter packets 0 bytes 0 jump KUBE-SEP-B\n'), true],
])('%s', (_, dump, isKept) => {
  const { path } = dump.source;
  expect(kept(dump)).toEqual(isKept ? [[path], []] : [[], [path]]);
});

it('keeps what nft lists where iptables printed the same well', () => {
  expect(kept(saved(ENTRIES + POSTROUTING), listed(OLD_BRANCHES))).toEqual([
    ['iptables-save.txt', 'nft.txt'],
    [],
  ]);
  expect(kept(saved(OLD_ENTRIES), listed(OLD_BRANCHES))).toEqual([[], ['iptables-save.txt', 'nft.txt']]);
});
