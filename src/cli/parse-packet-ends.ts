import type { TraceQuestion } from '../investigate/questions.ts';
import { parseIp } from '../model/address.ts';
import { type Protocol, parseProtocol } from '../model/protocol.ts';
import { UserError } from '../model/user-error.ts';

/**
 * `pod/NAMESPACE/NAME`, `pod/NAME` (in `namespace`), `node/NAME`, `IP` or `[IPV6]`, each with `:PORT` after it where the packet has a
 * port of its own; throws a `UserError` for anything else.
 */
export function parseSource(text: string, namespace: string): Pick<TraceQuestion, 'source' | 'sourcePort'> {
  const ported = parseIp(text) === undefined ? /^(.*[^:]):(\d+)$/.exec(text) : null;
  if (ported === null) return { source: sourceWithoutPort(text, namespace) };
  const [, name = '', digits = ''] = ported;
  return { source: sourceWithoutPort(name, namespace), sourcePort: portNumber(digits, text) };
}

function sourceWithoutPort(text: string, namespace: string): TraceQuestion['source'] {
  const [kind, ...rest] = text.split('/');
  const [first, second] = rest;
  if (rest.includes(''))
    throw new UserError(`--src "${text}" names nothing`, 'say pod/NAMESPACE/NAME or node/NAME');
  if ((kind === 'pod' || kind === 'pods' || kind === 'po') && first !== undefined && rest.length <= 2)
    return second === undefined
      ? { kind: 'pod', namespace, name: first }
      : { kind: 'pod', namespace: first, name: second };
  if ((kind === 'node' || kind === 'nodes' || kind === 'no') && first !== undefined && rest.length === 1)
    return { kind: 'node', name: first };
  const address = parseIp(text.replace(/^\[(.*)\]$/, '$1'));
  if (address !== undefined) return { kind: 'address', address };
  throw new UserError(`--src "${text}" is not understood`, 'say pod/NAMESPACE/NAME, node/NAME or an address');
}

/**
 * `svc/NAMESPACE/NAME:PORT`, `svc/NAME:PORT` (in `namespace`), `IP:PORT`, `[IPV6]:PORT` or an address, each with `/udp`
 * or another protocol after it; throws a `UserError` for anything else.
 */
export function parseDestination(
  text: string,
  namespace: string,
): Pick<TraceQuestion, 'destination' | 'protocol'> {
  const service = /^(?:svc|service|services)\/(?:([^/:]+)\/)?([^/:]+)(?::([\w-]+))?(?:\/(\w+))?$/.exec(text);
  if (service !== null) {
    const [, inNamespace, name = '', port, protocol] = service;
    return {
      destination: {
        kind: 'service',
        namespace: inNamespace ?? namespace,
        name,
        ...(port === undefined ? {} : { port: /^\d+$/.test(port) ? portNumber(port, text) : port }),
      },
      ...protocolOf(protocol, text),
    };
  }
  const addressed = /^(?:\[([^\]]+)\]|([^/[\]]+?))(?::(\d+))?(?:\/(\w+))?$/.exec(text);
  // An IPv6 address without brackets has no port after it.
  const bare = parseIp(text);
  const address = bare ?? parseIp(addressed?.[1] ?? addressed?.[2] ?? '');
  if (address === undefined)
    throw new UserError(
      `--dst "${text}" is not understood`,
      'say svc/NAMESPACE/NAME:PORT, IP:PORT or [IPV6]:PORT, with /udp after it where it is not TCP',
    );
  const port = bare === undefined ? addressed?.[3] : undefined;
  const protocol = bare === undefined ? protocolOf(addressed?.[4], text) : {};
  const needsPort = ![1, 58].includes(protocol.protocol ?? 6);
  if (port === undefined && needsPort)
    throw new UserError(`--dst "${text}" has no port`, 'say IP:PORT, or [IPV6]:PORT');
  return {
    destination: {
      kind: 'address',
      address,
      ...(port === undefined ? {} : { port: portNumber(port, text) }),
    },
    ...protocol,
  };
}

function protocolOf(name: string | undefined, text: string): { readonly protocol?: Protocol } {
  if (name === undefined) return {};
  const protocol = parseProtocol(name);
  if (protocol === undefined)
    throw new UserError(`--dst "${text}": ${name} is no protocol that is known`, 'say /tcp, /udp or /sctp');
  return { protocol };
}

function portNumber(digits: string, text: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65535)
    throw new UserError(`"${text}": ${digits} is no port`, 'a port is 1 to 65535');
  return port;
}
