import fc from '../../src/model/random-fixture.ts';
import { SOURCES } from '../kernel-judge/random-values.ts';
import type { RandomPacket } from '../kernel-judge/ruleset-model.ts';

/** A real server; `masq` is the only way that kube-proxy uses. */
export interface RandomReal {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

/** A virtual server: by address and port, where port 0 is all of them, or by firewall mark. */
export type RandomVirtual = {
  readonly scheduler: string;
  readonly reals: readonly RandomReal[];
} & (
  | { readonly protocol: 'tcp' | 'udp'; readonly address: string; readonly port: number }
  | { readonly fwmark: number }
);

/** The rules and servers of a node. */
export interface RandomIpvs {
  readonly servers: readonly RandomVirtual[];
  /** What mangle PREROUTING marks, by destination; the last that fits counts. */
  readonly marks: readonly { readonly address: string; readonly mark: number }[];
  /** nat POSTROUTING masquerades what carries one of these bits. */
  readonly masqueraded: number;
  /** net.ipv4.vs.conntrack */
  readonly isTracked: boolean;
}

/** Addresses on kube-ipvs0; the last is nobody's. */
export const VIRTUAL: readonly string[] = ['10.96.0.1', '10.96.0.2', '10.96.0.3'];
const PORTS = [53, 80];
const protocol = fc.constantFrom('tcp' as const, 'udp' as const);

const reals = fc.uniqueArray(
  fc.record({
    address: fc.constantFrom('203.0.113.1', '203.0.113.2', '203.0.113.130', '192.0.2.1'),
    port: fc.constantFrom(8080, 5353),
    weight: fc.constantFrom(0, 1, 1, 1, 3),
  }),
  { maxLength: 4, selector: ({ address, port }) => `${address}:${port}` },
);
const scheduler = fc.constantFrom('rr', 'wrr', 'wlc', 'lc', 'sh', 'dh', 'mh', 'sed', 'nq');
const byAddress = fc.record({
  scheduler,
  reals,
  protocol,
  address: fc.constantFrom(...VIRTUAL.slice(0, 2), '192.0.2.1'),
  port: fc.constantFrom(...PORTS, 0),
});
const byMark = fc.record({ scheduler, reals, fwmark: fc.constantFrom(1, 2) });

/** Nodes with a few virtual servers. */
export const ipvsNodes: fc.Arbitrary<RandomIpvs> = fc.record({
  servers: fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: byAddress }, { weight: 1, arbitrary: byMark }), {
    maxLength: 8,
    selector: (one) => ('fwmark' in one ? one.fwmark : `${one.protocol} ${one.address} ${one.port}`),
  }),
  marks: fc.array(fc.record({ address: fc.constantFrom(...VIRTUAL), mark: fc.constantFrom(1, 2, 0x4000) }), {
    maxLength: 2,
  }),
  masqueraded: fc.constantFrom(1, 2, 0x4000),
  isTracked: fc.boolean(),
});

/** Packets to virtual servers, to addresses without one, and past the node. */
export const ipvsPackets: fc.Arbitrary<RandomPacket> = fc.record({
  source: fc.constantFrom(...SOURCES),
  destination: fc.constantFrom(...VIRTUAL, '192.0.2.1', '203.0.113.1'),
  destinationPort: fc.constantFrom(...PORTS, 8080),
  protocol,
});

/** The servers as `ipvsadm-save -n` prints them. */
export function printServers({ servers }: RandomIpvs): string {
  return servers
    .flatMap((server) => {
      const name =
        'fwmark' in server
          ? `-f ${server.fwmark}`
          : `${server.protocol === 'tcp' ? '-t' : '-u'} ${server.address}:${server.port}`;
      // The kernel takes port 0 only with persistence.
      const persistence = 'port' in server && server.port === 0 ? ' -p 300' : '';
      return [
        `-A ${name} -s ${server.scheduler}${persistence}\n`,
        ...server.reals.map(
          ({ address, port, weight }) => `-a ${name} -r ${address}:${port} -m -w ${weight}\n`,
        ),
      ];
    })
    .join('');
}

/** The rules as `iptables-save` prints them. */
export function printIpvsRules({ marks, masqueraded }: RandomIpvs): string {
  return [
    '*mangle',
    ':PREROUTING ACCEPT [0:0]',
    ...marks.map(
      ({ address, mark }) => `-A PREROUTING -d ${address}/32 -j MARK --set-xmark ${mark}/0xffffffff`,
    ),
    'COMMIT',
    '*nat',
    ':POSTROUTING ACCEPT [0:0]',
    `-A POSTROUTING -m mark ! --mark 0x0/0x${masqueraded.toString(16)} -j MASQUERADE`,
    'COMMIT',
    '',
  ].join('\n');
}
