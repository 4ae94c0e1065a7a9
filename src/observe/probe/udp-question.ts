/** A port of a Service, as far as it tells what is spoken there. */
export interface UdpPort {
  readonly name?: string;
  readonly appProtocol?: string;
  readonly port: number;
}

const NUL = '\\000';

/**
 * Datagrams that every server of a protocol answers, whatever it serves, and that change nothing, as `printf` writes them. *Source:* RFC 1035 4.1 (the servers of the
 * root, which is refused at worst), RFC 5905 7.3 (a client's packet), RFC 8489 6.1 (a binding request), RFC 862, RFC 9000 6.1 and 15 (a version kept for
 * asking which ones are known, in as many bytes as an answer takes).
 */
const QUESTIONS = {
  dns: `PL${NUL.repeat(3)}\\001${NUL.repeat(8)}\\002${NUL}\\001`,
  ntp: `\\043${NUL.repeat(47)}`,
  stun: `${NUL}\\001${NUL.repeat(2)}\\041\\022\\244\\102PLUMBPLUMBPL`,
  echo: 'plumb',
  quic: `\\300\\032\\052\\072\\112\\010PLUMBASK${NUL}%01185d`,
} as const;

type Spoken = keyof typeof QUESTIONS;

/** What installers call such ports, as a word of a name. */
const BY_WORD: Readonly<Record<string, Spoken>> = {
  dns: 'dns',
  domain: 'dns',
  ntp: 'ntp',
  stun: 'stun',
  turn: 'stun',
  echo: 'echo',
  quic: 'quic',
  http3: 'quic',
  h3: 'quic',
};

/** Ports that IANA gave to one protocol. */
const BY_NUMBER: Readonly<Record<number, Spoken>> = { 7: 'echo', 53: 'dns', 123: 'ntp', 3478: 'stun' };

/** The first argument of a `printf` whose output a server at `port` answers by UDP; undefined where it is not known to speak what is always answered. */
export function udpQuestion({ name = '', appProtocol = '', port }: UdpPort): string | undefined {
  const words = `${appProtocol} ${name}`.toLowerCase().split(/[^a-z0-9]+/);
  const spoken = words.map((word) => BY_WORD[word]).find((each) => each !== undefined) ?? BY_NUMBER[port];
  return spoken && QUESTIONS[spoken];
}
