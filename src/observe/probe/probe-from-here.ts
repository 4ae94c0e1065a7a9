import { connect } from 'node:net';
import type { ProbeObservation, ProbeResult } from '../../model/observation.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { listed } from '../kubernetes/listed.ts';
import type { LiveSubject } from '../kubernetes/readings-of.ts';
import { probedService } from './probed-objects.ts';

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
}

/** An address and port that clients outside use. */
interface OutsideTarget {
  readonly address: string;
  readonly port: number;
}

/** As long as a place inside the cluster waits. */
const CONNECT_MS = 3000;
/** A NodePort is the same on every node. */
const MOST_NODES = 3;
const MOST_TARGETS = 12;

/**
 * Tries a TCP connection from the machine where Plumb runs to each address by which the Service asked about is reached from outside: load balancer,
 * external IPs, NodePorts. Nothing is sent.
 */
export async function probeFromHere(
  objects: readonly Source[],
  subject: LiveSubject,
): Promise<ProbeObservation[]> {
  const targets = outsideTargetsOf(objects, subject).slice(0, MOST_TARGETS);
  return Promise.all(
    targets.map(async ({ address, port }): Promise<ProbeObservation> => {
      const { result, error } = await tryToConnect(address, port);
      return {
        from: { kind: 'machine', via: 'connect' },
        address,
        port,
        protocol: 'tcp',
        results: { [result]: 1 },
        ...(error === undefined ? {} : { error }),
      };
    }),
  );
}

/** Where clients outside reach the Service by TCP. */
export function outsideTargetsOf(objects: readonly Source[], subject: LiveSubject): OutsideTarget[] {
  const object = probedService(objects, subject);
  const ports = (object?.spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  const addresses = [
    ...(object?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
    ...(object?.spec.externalIPs ?? []),
  ];
  const nodes = listed<NodeObject>(objects, 'nodes').slice(0, MOST_NODES);
  const nodeAddresses = nodes.flatMap(({ status }) =>
    (status?.addresses ?? []).flatMap(({ type, address }) => (type === 'InternalIP' ? [address] : [])),
  );
  return [
    ...addresses.flatMap((address) => ports.map(({ port }) => ({ address, port }))),
    ...nodeAddresses.flatMap((address) =>
      ports.flatMap(({ nodePort }) => (nodePort ? [{ address, port: nodePort }] : [])),
    ),
  ];
}

const RESULTS: Readonly<Record<string, ProbeResult>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EHOSTDOWN: 'no-route',
};

function tryToConnect(
  host: string,
  port: number,
): Promise<{ readonly result: ProbeResult; readonly error?: string }> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (result: ProbeResult, error?: string): void => {
      socket.destroy();
      resolve(error === undefined ? { result } : { result, error });
    };
    socket.setTimeout(CONNECT_MS, () => {
      end('timeout');
    });
    socket.once('connect', () => {
      end('connected');
    });
    socket.once('error', ({ code = '', message }: NodeJS.ErrnoException) => {
      const result = RESULTS[code];
      if (result === undefined) end('failed', message);
      else end(result);
    });
  });
}
