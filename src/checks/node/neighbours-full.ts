import type { NodeState } from '../../dataplane/node-state.ts';
import { familyOf } from '../../model/address.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

const TABLES = [
  { name: 'arp', family: 'IPv4', setting: 'net.ipv4.neigh.default.gc_thresh3' },
  { name: 'ndisc', family: 'IPv6', setting: 'net.ipv6.neigh.default.gc_thresh3' },
] as const;

/** *Source:* linux net/ipv4/arp.c and net/ipv6/ndisc.c, `gc_thresh3`. */
const DEFAULT_LIMIT = 1024;

/** Entries that the kernel does not count against the limit. *Source:* linux net/core/neighbour.c, `neigh_alloc`. */
const UNCOUNTED = new Set(['PERMANENT', 'NOARP']);

/** A node knows as many neighbours as it may: packets to others have nowhere to go. */
export const neighboursFull: Check = defineCheck({
  id: 'node/neighbours-full',
  asserts: 'every node has room in its tables of neighbours',
  faults: ['O08'],
  needs: ['neighbours'],
  isClusterWide: true,
  *run({ world }) {
    for (const state of world.nodeStates.values()) {
      for (const table of TABLES) yield* problemOf(state, table);
    }
  },
});

function* problemOf(
  { name: node, sysctls, counters, neighbours = [] }: NodeState,
  { name, family, setting }: (typeof TABLES)[number],
): Iterable<Problem> {
  const limit = Number(sysctls?.get(setting) ?? DEFAULT_LIMIT);
  const seen = neighbours.filter(
    ({ address, state }) => familyOf(address) === family && !UNCOUNTED.has(state),
  ).length;
  // The table is one for the node and the networks of its pods; `ip neigh` tells of the node's own.
  const entries = Math.max(seen, counters?.get(`${name}.entries`) ?? 0);
  const refused = counters?.get(`${name}.table_fulls`);
  const isFull = entries >= limit && (refused === undefined ? seen >= limit : refused > 0);
  if (!isFull && !(refused !== undefined && refused > 0)) return;
  yield {
    severity: isFull ? 'error' : 'info',
    subject: `Node ${node}`,
    node,
    share: isFull ? [0, 1] : [0, 0],
    summary: isFull
      ? `the table of ${family} neighbours of ${node} is full: ${entries} of ${limit} entries${refused === undefined ? '' : `, ${refused} turned away since it started`}; packets to pods or nodes that it does not know yet are lost`
      : `the table of ${family} neighbours of ${node} was full before: ${refused} entries were turned away since it started; it holds ${entries} of ${limit} now`,
    evidence: [
      {
        source: `nodes/${node}`,
        text: `${entries} entries${refused === undefined ? '' : `, table_fulls ${refused}`}`,
      },
      {
        source: `nodes/${node}`,
        text: sysctls?.has(setting) === true ? `${setting} = ${limit}` : `${setting} is ${limit} by default`,
      },
    ],
    remedy: {
      text: 'raise the limits on all nodes, and keep them over a restart',
      commands: [
        `sysctl -w ${setting}=${limit * 8} ${setting.replace('thresh3', 'thresh2')}=${limit * 4}   # on ${node}`,
      ],
    },
  };
}
