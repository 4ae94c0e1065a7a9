import type { Outcome } from '../dataplane/walk/trace.ts';
import type { Gap } from '../model/evidence.ts';
import type { Bench } from './bench.ts';
import { findUntracking } from './find-untracking.ts';
import { ownerOfRule } from './seen-outcome.ts';

/**
 * Whether the client's own node answers for the frontend instead of an endpoint: its rules keep the packet out of connection tracking, it has the
 * address, and a process listens on just that address, as NodeLocal DNS does for the cluster's DNS. A gap where what would tell was not read.
 * *Source:* kubernetes/dns cmd/node-cache/app/cache_app.go (`generateIptablesRules`, `setupNetworking`).
 */
export function answeredByNode(bench: Bench, outcome: Outcome): boolean | Gap {
  const { world, expectation, node } = bench;
  const { frontend } = expectation;
  const state = world.nodeStates.get(node);
  const { result, destination, translatedDestinationBy } = outcome;
  const isAsSent =
    translatedDestinationBy === undefined &&
    destination.address === frontend.address &&
    outcome.node === node;
  if (!isAsSent || state === undefined) return false;
  const isHere = result === 'delivered';
  const knowsAddresses =
    state.links?.some(({ addresses }) => addresses.length > 0) ||
    state.routes?.some(({ table }) => table === 'local');
  if (!isHere && knowsAddresses) return false;
  const untracked = findUntracking(bench);
  if (untracked === undefined) return false;
  if (!isHere) {
    const gap = { what: `addresses of ${node}`, why: 'not read', unlock: `ip addr on ${node}`, node };
    return ownerOfRule(untracked) === 'NodeLocal DNS' && gap;
  }
  const own = state.sockets?.filter(({ protocol }) => protocol === frontend.protocol);
  // A listing of TCP says nothing of UDP.
  if (own === undefined || own.length === 0)
    return { what: `listening sockets of ${node}`, why: 'not read', unlock: `ss -lntu on ${node}`, node };
  return own.some(({ port, address }) => port === frontend.port && address === frontend.address);
}
