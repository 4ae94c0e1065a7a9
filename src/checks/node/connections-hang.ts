import { slicesOf } from '../../intent/service-index.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { listNodes } from '../../verify/describe-clients.ts';
import { addressesOfPod, podsAt } from '../../world/select-pods.ts';
import { type Check, defineCheck } from '../check.ts';
import { clientPod } from '../client-pod.ts';
import type { TrackedConnection } from '../connections-to.ts';
import { waitingConnections, waitingEvidence } from '../waiting-connections.ts';

/** Clients wait on TCP connections to an endpoint that is gone: kube-proxy clears entries of UDP only, and the kernel keeps translating what they send. */
export const connectionsHang: Check = defineCheck({
  id: 'node/connections-hang',
  asserts: 'no client waits on a TCP connection to an endpoint that is gone',
  faults: ['C06', 'E14'],
  needs: ['verifications', 'endpointSlices', 'conntrack'],
  *run({ world, subject: { service, from }, verifications }) {
    if (!service) return;
    const waiting = waitingConnections(world);
    if (waiting.size === 0) return;
    const known = new Set(
      slicesOf(world, service).flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses)),
    );
    // What rules send there now follows from the rules.
    const sent = new Set(
      verifications.flatMap(({ discrepancies }) =>
        discrepancies.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [formatIp(endpoint.address)])),
      ),
    );
    const frontends = new Set(
      verifications.flatMap(({ expectation: { frontend } }) =>
        frontend.protocol === PROTOCOL.tcp ? [formatAddressPort(frontend.address, frontend.port)] : [],
      ),
    );
    const hanging = [...frontends]
      .flatMap((frontend) => waiting.get(frontend) ?? [])
      .filter(({ entry }) => {
        if (entry.reply.source === entry.original.destination) return false;
        const address = formatIp(entry.reply.source);
        return !known.has(address) && !sent.has(address) && podsAt(world, address).length === 0;
      });
    const client = clientPod(world, from);
    const own = new Set(client ? addressesOfPod(client) : []);
    const isAsked = ({ entry }: TrackedConnection): boolean => own.has(formatIp(entry.original.source));
    const told = hanging.some(isAsked) ? hanging.filter(isAsked) : hanging;
    const [first] = told;
    if (first === undefined) return;
    const { metadata } = service;
    const nodes = [...new Set(told.map(({ node }) => node))].sort();
    const gone = [...new Set(told.map(({ entry }) => formatIp(entry.reply.source)))];
    const whose =
      isAsked(first) && client ? `${client.metadata.namespace}/${client.metadata.name}` : 'clients';
    const { original } = first.entry;
    yield {
      severity: isAsked(first) ? 'warning' : 'info',
      subject: `Service ${metadata.namespace}/${metadata.name}`,
      ...(nodes.length === 1 ? { node: first.node } : {}),
      share: isAsked(first) ? [0, 1] : [0, 0],
      summary: `${told.length} TCP ${told.length === 1 ? 'connection' : 'connections'} of ${whose} through ${listNodes(nodes)} ${told.length === 1 ? 'hangs' : 'hang'}: ${gone.length === 1 ? 'its' : 'their'} endpoint ${gone.slice(0, 3).join(', ')}${gone.length > 3 ? ', …' : ''} is gone; what connects now goes to the endpoints of now`,
      evidence: waitingEvidence(told),
      remedy: {
        text: 'let the clients give up sooner (a timeout for requests, TCP_USER_TIMEOUT), and end pods gracefully; deleting the entry makes a client’s next packet meet an endpoint that resets it',
        commands: [
          `conntrack -D -p tcp --orig-dst ${formatIp(original.destination)} --reply-src ${gone[0]}   # on ${first.node}`,
        ],
      },
    };
  },
});
