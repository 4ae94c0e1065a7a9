/** Schedulers that kube-proxy can be told to use. */
export const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'mh', 'sed', 'nq'] as const;

/** A virtual server of the scene: what is made of it, and what is sent to it. */
export interface SceneServer {
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly scheduler: string;
  /** Weights of 10.244.1.11, .12, .13, … */
  readonly weights: readonly number[];
  readonly persistentSeconds?: number;
}

/** Connections to send one after the other, from `client`: a pod, the node itself, or somebody outside. */
export interface Attempt {
  readonly client: 'pod' | 'node' | 'outside';
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly times: number;
}

/** What came of an attempt: the address that answered with the source that it saw, or how it failed. */
export interface Observed extends Attempt {
  readonly answers: readonly string[];
}

export const PORT = 80;
export const ENDPOINT_PORT = 8080;
export const NODE_ADDRESS = '10.244.1.1';
export const CLIENTS: Readonly<Record<Attempt['client'], string>> = {
  pod: '10.244.2.2',
  outside: '198.18.0.2',
  node: NODE_ADDRESS,
};

let next = 1;
const server = (
  scheduler: string,
  weights: readonly number[],
  more: Partial<SceneServer> = {},
): SceneServer => ({ address: `10.96.0.${next++}`, protocol: 'tcp', scheduler, weights, ...more });

/** Every scheduler with even and with uneven weights and one that is switched off; persistence; nobody able; nobody at all. */
export const servers: readonly SceneServer[] = [
  ...SCHEDULERS.flatMap((scheduler) => [server(scheduler, [1, 1, 1]), server(scheduler, [3, 0, 1, 2])]),
  server('rr', [1, 1, 1, 1], { protocol: 'udp' }),
  server('wrr', [2, 1, 0], { protocol: 'udp' }),
  server('rr', [1, 1, 1], { persistentSeconds: 60 }),
  server('rr', [0, 0]),
  server('rr', []),
];

/** What is sent to each virtual server. */
export const attempts: readonly Attempt[] = servers.flatMap(({ address, protocol }) => [
  { client: 'pod', address, protocol, times: 12 } as const,
  { client: 'outside', address, protocol, times: 3 } as const,
  { client: 'node', address, protocol, times: 2 } as const,
]);

/** As `ipvsadm-restore` takes it. */
export function ipvsadmText(): string {
  return servers
    .flatMap(({ address, protocol, scheduler, weights, persistentSeconds }) => {
      const key = `${protocol === 'tcp' ? '-t' : '-u'} ${address}:${PORT}`;
      const persistent = persistentSeconds === undefined ? '' : ` -p ${persistentSeconds}`;
      return [
        `-A ${key} -s ${scheduler}${persistent}`,
        ...weights.map(
          (weight, index) => `-a ${key} -r 10.244.1.${11 + index}:${ENDPOINT_PORT} -m -w ${weight}`,
        ),
      ];
    })
    .join('\n')
    .concat('\n');
}

/** As `ipset restore` takes it. */
export function ipsetText(): string {
  return [
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536',
    'create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536',
    ...servers.map(({ address, protocol }) => `add KUBE-CLUSTER-IP ${address},${protocol}:${PORT}`),
    '',
  ].join('\n');
}

/**
 * As `iptables-restore` takes it: what kube-proxy writes around its virtual servers. *Source:* iptablesMasqueradeChains and writeIptablesRules,
 * kubernetes v1.37 pkg/proxy/ipvs/proxier.go.
 */
export const iptablesText = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODE-PORT - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A POSTROUTING -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -j MASQUERADE
-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
-A KUBE-SERVICES ! -s 10.244.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP src,dst -j KUBE-MARK-MASQ
-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
COMMIT
`;
