import { formatAddressPort } from '../../model/address.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import { type Check, defineCheck } from '../check.ts';
import { connectionsTo } from '../connections-to.ts';

/** So many connections that nobody ends are no accident. */
const LEAST = 3;

/** States of connections that both sides have closed. */
const ENDED = new Set(['LAST_ACK', 'TIME_WAIT', 'CLOSE']);

/** Most connections to an endpoint were closed by one side and kept by the other, and none was closed by both. */
export const hangsUp: Check = defineCheck({
  id: 'endpoints/hangs-up',
  asserts: 'connections to every endpoint are closed by both sides',
  faults: ['P04', 'P05', 'E04'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject, verifications }) {
    for (const endpoint of distinctEndpoints(verifications).values()) {
      const connections = connectionsTo(world, endpoint);
      const left = connections.filter(({ entry }) => entry.state === 'CLOSE_WAIT');
      const isEnded = connections.some(({ entry }) => ENDED.has(entry.state ?? ''));
      // Others are under way.
      if (left.length < LEAST || isEnded || left.length * 2 <= connections.length) continue;
      const text = formatAddressPort(endpoint.address, endpoint.port);
      const [namespace = '', name = ''] = endpoint.pod?.split('/') ?? [];
      yield {
        severity: 'warning',
        subject: `Service ${subject.namespace}/${subject.name}`,
        ...(endpoint.node === undefined ? {} : { node: endpoint.node }),
        share: [0, 1],
        summary: `${text}${endpoint.pod === undefined ? '' : ` (${endpoint.pod})`} accepts connections, but ${left.length} of ${connections.length} that were seen were given up by one side and are kept by the other, and none was ended by both: the process may accept and never answer`,
        evidence: left.slice(0, 3).map(({ node, entry }) => ({
          source: `connection table of ${node}`,
          location: `conntrack line ${entry.line}`,
          text: `CLOSE_WAIT from ${formatAddressPort(entry.original.source, entry.original.sourcePort ?? 0)} to ${text}`,
        })),
        remedy: {
          text: 'see what the process is busy with: its log, its threads, the queue of its socket',
          commands:
            endpoint.pod === undefined
              ? []
              : [
                  `kubectl -n ${namespace} logs ${name} --tail=20`,
                  `kubectl -n ${namespace} exec ${name} -- ss -nt state close-wait`,
                ],
        },
      };
    }
  },
});
