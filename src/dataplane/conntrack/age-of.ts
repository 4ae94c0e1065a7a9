import type { NodeState } from '../node-state.ts';
import type { ConntrackEntry } from './entry.ts';

/** How long the kernel keeps an entry after its last packet, where no sysctl says otherwise. *Source:* net/netfilter/nf_conntrack_proto_tcp.c. */
const LIFETIME_SECONDS: Readonly<Record<string, number>> = {
  SYN_SENT: 120,
  SYN_RECV: 60,
  ESTABLISHED: 432_000,
  FIN_WAIT: 120,
  CLOSE_WAIT: 60,
  LAST_ACK: 30,
  TIME_WAIT: 120,
  CLOSE: 10,
};

/** Seconds since the last packet of a TCP `entry` in the table of `node`; undefined where its state or timeout says nothing. */
export function ageOf(node: NodeState | undefined, entry: ConntrackEntry): number | undefined {
  const { state = '', timeoutSeconds } = entry;
  const told = node?.sysctls?.get(`net.netfilter.nf_conntrack_tcp_timeout_${state.toLowerCase()}`);
  const lifetime = told === undefined ? LIFETIME_SECONDS[state] : Number(told);
  return lifetime === undefined || timeoutSeconds === undefined ? undefined : lifetime - timeoutSeconds;
}
