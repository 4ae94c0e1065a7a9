import type { ConntrackEntry } from '../../dataplane/conntrack/entry.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import type { Frontend } from '../../model/frontend.ts';
import { byKey } from '../../model/by-key.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

const DNS_PORT = 53;

/** A UDP client's connection entry still leads to an endpoint that is gone, and its own packets keep the entry alive. */
export const conntrackStale: Check = defineCheck({
  id: 'node/conntrack-stale',
  asserts: 'no connection entry keeps a client at an endpoint that is gone',
  faults: ['C05', 'C06'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    const promised = verifications.map(({ expectation }) => expectation);
    const endpoints = distinctEndpoints(verifications);
    const frontends = new Set(
      promised.map(({ frontend: { address, port } }) => formatAddressPort(address, port)),
    );
    // What the rules of now do not translate either follows from the rules, not from the entry.
    const isTranslatedNow = (entry: ConntrackEntry, node: string): boolean =>
      verifications.some(
        ({ expectation, works }) =>
          expectation.vantage.node === node && isTo(entry, expectation.frontend) && works[1] > 0,
      );
    const isStale = (entry: ConntrackEntry, node: string): boolean =>
      // An entry that is not translated is stale only where there is something to translate it to.
      promised.some(
        ({ frontend, endpoints: own }) =>
          isTo(entry, frontend) && (own.length > 0 || entry.reply.source !== entry.original.destination),
      ) &&
      (entry.reply.source !== entry.original.destination || isTranslatedNow(entry, node)) &&
      !endpoints.has(formatAddressPort(entry.reply.source, entry.reply.sourcePort ?? 0));
    for (const [node, unanswered] of unansweredOf(world)) {
      const stale = [...frontends]
        .flatMap((frontend) => unanswered.get(frontend) ?? [])
        .filter((entry) => isStale(entry, node));
      const [first] = stale;
      if (!first) continue;
      const { destination, destinationPort = 0 } = first.original;
      const frontend = formatAddressPort(destination, destinationPort);
      yield {
        // A resolver takes a new port for each question: only those under way are lost.
        severity: destinationPort === DNS_PORT ? 'warning' : 'error',
        subject: `Service ${subject.namespace}/${subject.name}`,
        node,
        frontend: `${frontend}/udp`,
        vantage: formatIp(first.original.source),
        summary: `${node} keeps ${stale.length} UDP ${stale.length === 1 ? 'connection' : 'connections'} to ${frontend} ${first.reply.source === destination ? 'untranslated, as before there were rules for it' : `at ${formatIp(first.reply.source)}, which is no endpoint (any more)`}; other clients are fine`,
        evidence: stale.slice(0, 4).map(({ line, original, reply }) => ({
          source: `nodes/${node}`,
          location: `conntrack line ${line}`,
          text: `udp ${formatIp(original.source)}:${original.sourcePort} to ${frontend} [UNREPLIED], answered by ${formatIp(reply.source)}:${reply.sourcePort}`,
        })),
        share: [0, 1],
        remedy: {
          text: 'delete the entries; the clients’ next packet is translated anew',
          commands: [
            `conntrack -D -p udp --orig-dst ${formatIp(destination)} --orig-port-dst ${destinationPort}   # on ${node}`,
          ],
        },
      };
    }
  },
});

/** UDP entries without an answer, by node and by where clients sent to. Tables hold hundreds of thousands, and every Service of an audit asks. */
const unansweredOf = perWorld(
  ({ nodeStates }): ReadonlyMap<string, ReadonlyMap<string, readonly ConntrackEntry[]>> =>
    new Map(
      [...nodeStates].map(([node, { conntrack = [] }]) => [
        node,
        byKey(
          conntrack.filter(({ protocol, isUnreplied }) => protocol === PROTOCOL.udp && isUnreplied),
          ({ original }) => formatAddressPort(original.destination, original.destinationPort ?? 0),
        ),
      ]),
    ),
);

function isTo({ original }: ConntrackEntry, frontend: Frontend): boolean {
  return (
    original.destination === frontend.address &&
    original.destinationPort === frontend.port &&
    frontend.protocol === PROTOCOL.udp
  );
}
