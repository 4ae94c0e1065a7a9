import type { ProxyView } from './service-port.ts';

/**
 * The iptables rules around kube-proxy's virtual servers on `node`, in the form of iptables-save: its own chains and the jumps to them. They tell by sets, so they
 * do not depend on the Services. Rules for sets that are empty are written all the same: they match nothing. The layout is that of v1.26 and later; what
 * stands for single addresses with source ranges (KUBE-IPVS-OUT-FILTER) is left out. *Source:* `writeIptablesRules`, kubernetes v1.37 pkg/proxy/ipvs/proxier.go.
 */
export function writeIpvsRules(node: ProxyView): string {
  const set = node.family === 'IPv4' ? 'KUBE-' : 'KUBE-6-';
  const mark = `0x${node.masqueradeMark.toString(16)}`;
  const inSet = (name: string, what: string): string => `-m set --match-set ${set}${name} ${what}`;
  const local = [
    `-m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT`,
    `-m addrtype --dst-type LOCAL -j ACCEPT`,
  ];
  return print('filter', ['INPUT', 'FORWARD', 'OUTPUT'], {
    INPUT: ['-j KUBE-IPVS-FILTER', '-j KUBE-PROXY-FIREWALL', '-j KUBE-NODE-PORT'],
    FORWARD: ['-j KUBE-PROXY-FIREWALL', '-j KUBE-FORWARD'],
    'KUBE-PROXY-FIREWALL': [`${inSet('LOAD-BALANCER-FW', 'dst,dst')} -j KUBE-SOURCE-RANGES-FIREWALL`],
    'KUBE-SOURCE-RANGES-FIREWALL': [
      `${inSet(node.family === 'IPv4' ? 'LOAD-BALANCER-SOURCE-CIDR' : 'LOAD-BALANCER-SOURCE-CID', 'dst,dst,src')} -j RETURN`,
      `${inSet('LOAD-BALANCER-SOURCE-IP', 'dst,dst,src')} -j RETURN`,
      '-j DROP',
    ],
    'KUBE-FORWARD': [
      `-m mark --mark ${mark}/${mark} -j ACCEPT`,
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ],
    'KUBE-NODE-PORT': [`${inSet('HEALTH-CHECK-NODE-PORT', 'dst')} -j ACCEPT`],
    'KUBE-IPVS-FILTER': [
      ...['LOAD-BALANCER', 'CLUSTER-IP', 'EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'].map(
        (name) => `${inSet(name, 'dst,dst')} -j RETURN`,
      ),
      `${inSet('HEALTH-CHECK-NODE-PORT', 'dst')} -j RETURN`,
      `-m conntrack --ctstate NEW ${inSet('IPVS-IPS', 'dst')} -j REJECT`,
    ],
  }).concat(
    print('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], {
      PREROUTING: ['-j KUBE-SERVICES'],
      OUTPUT: ['-j KUBE-SERVICES'],
      POSTROUTING: ['-j KUBE-POSTROUTING'],
      'KUBE-SERVICES': [
        `-s ${node.family === 'IPv4' ? '127.0.0.0/8' : '::1/128'} -j RETURN`,
        `${inSet('LOAD-BALANCER', 'dst,dst')} -j KUBE-LOAD-BALANCER`,
        `${clusterIpMatch(node, inSet)} -j KUBE-MARK-MASQ`,
        `${inSet('EXTERNAL-IP', 'dst,dst')} -j KUBE-MARK-MASQ`,
        ...['EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'].flatMap((name) =>
          local.map((rule) => `${inSet(name, 'dst,dst')} ${rule}`),
        ),
        '-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
        `${inSet('CLUSTER-IP', 'dst,dst')} -j ACCEPT`,
        `${inSet('LOAD-BALANCER', 'dst,dst')} -j ACCEPT`,
      ],
      'KUBE-LOAD-BALANCER': [`${inSet('LOAD-BALANCER-LOCAL', 'dst,dst')} -j RETURN`, '-j KUBE-MARK-MASQ'],
      'KUBE-NODE-PORT': ['tcp', 'udp'].flatMap((protocol) => [
        `-p ${protocol} ${inSet(`NODE-PORT-LOCAL-${protocol.toUpperCase()}`, 'dst')} -j RETURN`,
        `-p ${protocol} ${inSet(`NODE-PORT-${protocol.toUpperCase()}`, 'dst')} -j KUBE-MARK-MASQ`,
      ]),
      'KUBE-MARK-MASQ': [`-j MARK --set-xmark ${mark}/${mark}`],
      'KUBE-POSTROUTING': [
        `${inSet('LOOP-BACK', 'dst,dst,src')} -j MASQUERADE`,
        `-m mark ! --mark ${mark}/${mark} -j RETURN`,
        `-j MARK --set-xmark ${mark}/0x0`,
        '-j MASQUERADE --random-fully',
      ],
    }),
  );
}

/** Which packets to ClusterIPs are masqueraded: all, those that are not a pod's, or, where nothing tells pods, those that come from a ClusterIP. */
function clusterIpMatch(
  { masqueradeAll, local }: ProxyView,
  inSet: (name: string, what: string) => string,
): string {
  if (masqueradeAll) return inSet('CLUSTER-IP', 'dst,dst');
  if (local === undefined) return inSet('CLUSTER-IP', 'src,dst');
  const stranger = 'cidr' in local ? `! -s ${local.cidr}` : `! -i ${local.interface}`;
  return `${stranger} ${inSet('CLUSTER-IP', 'dst,dst')}`;
}

function print(
  table: string,
  base: readonly string[],
  chains: Readonly<Record<string, readonly string[]>>,
): string {
  const own = Object.keys(chains).filter((name) => !base.includes(name));
  return [
    `*${table}`,
    ...base.map((name) => `:${name} ACCEPT [0:0]`),
    ...own.map((name) => `:${name} - [0:0]`),
    ...Object.entries(chains).flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    'COMMIT',
    '',
  ].join('\n');
}
