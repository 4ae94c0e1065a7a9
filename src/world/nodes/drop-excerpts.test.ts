import { expect, it } from 'vitest';
import { parseNftText } from '../../dataplane/nftables/parse-nft-text.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { dropExcerpts } from './drop-excerpts.ts';

/** What is said of a listing that is left out; nothing of one that stays. */
function said(text: string): string[] {
  const source: Source = { path: 'nft.txt', kind: 'nft-text', bytes: new TextEncoder().encode(text) };
  const issues: ParseIssue[] = [];
  const kept = dropExcerpts([{ source, tables: parseNftText(source).tables }], issues);
  expect(kept).toHaveLength(issues.length === 0 ? 1 : 0);
  return issues.map(({ problem }) => problem.split(',')[0] ?? '');
}

const table = (...inner: readonly string[]): string => `table ip kube-proxy {\n${inner.join('')}}\n`;
const ips = (elements: string): string =>
  `\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n${elements}\t}\n`;
const ENTRY =
  '\t\telements = { 10.96.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https }\n';
const BASE =
  '\tchain nat-prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tjump services\n\t}\n';
const SERVICES = '\tchain services {\n\t\tip daddr . meta l4proto . th dport vmap @service-ips\n\t}\n';
const SERVICE =
  '\tchain service-2QRHZV4L-default/kubernetes/tcp/https {\n\t\tmeta l4proto tcp dnat to 192.0.2.1:6443\n\t}\n';

/** The table of a family that no Service has. */
const IPV6 = table(ips(''), BASE, SERVICES).replace('table ip ', 'table ip6 ');

it.each([
  ['all of the table', `${table(ips(ENTRY), BASE, SERVICES, SERVICE)}${IPV6}`, []],
  ['a table without Services', table(ips(''), BASE, SERVICES), []],
  ['tables of others alone', 'table inet wg {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n}\n', []],
  ['nft list chain', table(SERVICES), ['is part of kube-proxy’s table: nft list ruleset prints all']],
  ['nft list map', table(ips(ENTRY)), ['is part of kube-proxy’s table: nft list ruleset prints all']],
  ['nft list tables', 'table ip nat\ntable ip kube-proxy\n', ['names tables']],
  ['nft -t', `${table(ips(''), BASE, SERVICES, SERVICE)}${IPV6}`, ['leaves out the elements of sets']],
])('%s', (_, text, problems) => {
  expect(said(text)).toEqual(problems);
});
