/** Which options and targets only one table takes. *Source:* iptables-extensions(8). */
const TELLING: readonly (readonly [string, RegExp])[] = [
  ['nat', / -j (?:DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)(?: |$)/],
  ['raw', / -j (?:NOTRACK|CT)(?: |$)/],
  ['mangle', / -j (?:TPROXY|TCPMSS|DSCP|TOS|CHECKSUM|ECN|TTL|HL)(?: |$)/],
  ['filter', / -j REJECT(?: |$)/],
];

const BUILT_IN: readonly (readonly [string, string])[] = [
  ['FORWARD INPUT OUTPUT POSTROUTING PREROUTING', 'mangle'],
  ['INPUT OUTPUT POSTROUTING PREROUTING', 'nat'],
  ['OUTPUT POSTROUTING PREROUTING', 'nat'],
  ['OUTPUT PREROUTING', 'raw'],
  ['FORWARD INPUT OUTPUT', 'filter'],
];

/**
 * The table that rules without a table name stand in, as `iptables -S` prints them: told by the built-in chains it
 * declares, else by a target that only one table takes, else by chains that only one table has. `filter`, the default of
 * iptables, where nothing tells.
 */
export function guessTable(declared: readonly string[], lines: readonly string[]): string {
  const key = [...declared].sort().join(' ');
  const exact = BUILT_IN.find(([chains]) => chains === key);
  if (exact) return exact[1];
  const telling = TELLING.find(([, pattern]) => lines.some((line) => pattern.test(line)));
  if (telling) return telling[0];
  const isNat = lines.some((line) =>
    /^-[AI] (?:PREROUTING|POSTROUTING|KUBE-(?:SVC|SVL|SEP|EXT|FW|XLB)-)/.test(line),
  );
  return isNat ? 'nat' : 'filter';
}
