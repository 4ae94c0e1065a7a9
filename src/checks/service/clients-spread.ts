import { formatAddressPort, formatIp } from '../../model/address.ts';
import { byKey } from '../../model/by-key.ts';
import { distinctEndpoints } from '../../verify/distinct-endpoints.ts';
import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

/** Fewer connections show no habit. */
const LEAST = 20;
const MOST = 0.9;

/** Affinity by client address, and nearly all tracked connections come from one address and go to one endpoint: behind it may be many clients. */
export const clientsSpread: Check = defineCheck({
  id: 'service/clients-spread',
  asserts: 'connections that affinity keeps at endpoints are spread over them',
  faults: ['S12'],
  needs: ['service', 'verifications', 'conntrack'],
  *run({ world, subject: { service }, verifications }) {
    if (service?.spec.sessionAffinity !== 'ClientIP') return;
    const endpoints = distinctEndpoints(verifications);
    if (endpoints.size < 2) return;
    const table = entriesOf(world);
    const frontends = new Set(
      verifications.map(
        ({ expectation: { frontend } }) =>
          `${frontend.protocol} ${formatAddressPort(frontend.address, frontend.port)}`,
      ),
    );
    const entries = [...frontends]
      .flatMap((frontend) => table.get(frontend) ?? [])
      .filter(({ reply }) => endpoints.has(formatAddressPort(reply.source, reply.sourcePort ?? 0)));
    if (entries.length < LEAST) return;
    const [client, own] = largest(byKey(entries, ({ original }) => formatIp(original.source)));
    const [endpoint, taken] = largest(byKey(entries, ({ reply }) => formatIp(reply.source)));
    if (own.length < MOST * entries.length || taken.length < MOST * entries.length) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'info',
      subject: `Service ${namespace}/${name}`,
      share: [0, 0],
      summary: `${taken.length} of ${entries.length} tracked connections to ${namespace}/${name} go to ${endpoint}, one of ${endpoints.size} endpoints: sessionAffinity is ClientIP, and ${own.length} of them come from ${client}; whoever is behind that address is one client to it`,
      evidence: [{ ...world.locate(service, 'spec.sessionAffinity'), text: 'sessionAffinity: ClientIP' }],
      remedy: {
        text: 'use no affinity, or one by cookies in front, where that address stands for many clients; externalTrafficPolicy: Local keeps the addresses of clients outside',
        commands: [],
      },
    };
  },
});

/** Entries of all nodes by protocol and by where clients sent to; every Service of an audit asks. */
const entriesOf = perWorld(({ nodeStates }) =>
  byKey(
    [...nodeStates.values()].flatMap(({ conntrack = [] }) => conntrack),
    ({ protocol, original }) =>
      `${protocol} ${formatAddressPort(original.destination, original.destinationPort ?? 0)}`,
  ),
);

function largest<T>(groups: ReadonlyMap<string, readonly T[]>): readonly [string, readonly T[]] {
  return [...groups].reduce((most, each) => (each[1].length > most[1].length ? each : most), ['', []]);
}
