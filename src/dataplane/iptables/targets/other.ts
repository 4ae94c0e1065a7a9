import type { Part, Statement } from '../../ruleset/rule-parts.ts';
import { sidesOf } from '../matches/sides.ts';
import type { Extension, Option } from '../rule-syntax.ts';
import { parseAddress, parseMasked, parseNumber } from '../values.ts';

function plain(statement: Statement): Extension {
  return { options: {}, parts: () => [statement] };
}

const reject: Extension = {
  options: { '--reject-with': 1 },
  parts([option], { family }) {
    const usual = family === 'ip' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    return [{ kind: 'reject', with: option?.values[0] ?? usual }];
  },
};

const queue: Extension = {
  options: {
    '--queue-num': 1,
    '--queue-balance': 1,
    '--queue-bypass': 0,
    '--queue-cpu-fanout': 0,
  },
  parts: () => [{ kind: 'queue' }],
};

const connection: Extension = {
  options: { '--notrack': 0, '--helper': 1, '--ctevents': 1, '--expevents': 1, '--timeout': 1, '--zone': 1 },
  parts(options) {
    if (options.some(({ name }) => name === '--notrack')) return [{ kind: 'notrack' }];
    // A zone gives the connection another set of entries, which nothing here models.
    return options.some(({ name }) => name === '--zone') ? undefined : [];
  },
};

const tproxy: Extension = {
  options: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 },
  parts(options, { family }) {
    const value = (name: string): string | undefined =>
      options.find((option) => option.name === name)?.values[0];
    const port = parseNumber(value('--on-port') ?? '');
    const address = parseAddress(value('--on-ip') ?? '', family);
    const mark = parseMasked(value('--tproxy-mark') ?? '0/0');
    if (mark === undefined) return undefined;
    const isAny = address === undefined || address === 0 || address === 0n;
    const parts: Part[] = [];
    if (mark.mask !== 0 || mark.value !== 0) {
      parts.push({ kind: 'set-mark', change: { and: ~mark.mask >>> 0, xor: mark.value } });
    }
    parts.push({
      kind: 'tproxy',
      ...(isAny ? {} : { address }),
      ...(port === undefined || port === 0 ? {} : { port }),
    });
    return parts;
  },
};

const UPDATES = { '--add-set': 'add', '--del-set': 'delete' } as const;

const set: Extension = {
  options: { '--add-set': 2, '--del-set': 2, '--map-set': 2, '--exist': 0, '--timeout': 1 },
  parts(options) {
    const parts: Part[] = [];
    for (const { name, values } of options) {
      if (name === '--exist' || name === '--timeout') continue;
      const key = sidesOf(values[1] ?? '');
      if (key === undefined || !(name === '--add-set' || name === '--del-set')) return undefined;
      parts.push({ kind: 'update-set', operation: UPDATES[name], set: values[0] ?? '', key, ipset: true });
    }
    return parts;
  },
};

/** Targets after which the packet goes on as it came: they log, count, or change what nothing here looks at. */
const PASSING: Readonly<Record<string, Extension['options']>> = {
  LOG: {
    '--log-level': 1,
    '--log-prefix': 1,
    '--log-tcp-sequence': 0,
    '--log-tcp-options': 0,
    '--log-ip-options': 0,
    '--log-uid': 0,
    '--log-macdecode': 0,
  },
  NFLOG: {
    '--nflog-group': 1,
    '--nflog-prefix': 1,
    '--nflog-range': 1,
    '--nflog-size': 1,
    '--nflog-threshold': 1,
  },
  ULOG: { '--ulog-nlgroup': 1, '--ulog-prefix': 1, '--ulog-cprange': 1, '--ulog-qthreshold': 1 },
  TRACE: {},
  AUDIT: { '--type': 1 },
  TCPMSS: { '--set-mss': 1, '--clamp-mss-to-pmtu': 0 },
  CLASSIFY: { '--set-class': 1 },
  DSCP: { '--set-dscp': 1, '--set-dscp-class': 1 },
  TOS: { '--set-tos': 1, '--and-tos': 1, '--or-tos': 1, '--xor-tos': 1 },
  TTL: { '--ttl-set': 1, '--ttl-dec': 1, '--ttl-inc': 1 },
  HL: { '--hl-set': 1, '--hl-dec': 1, '--hl-inc': 1 },
  // The copy goes elsewhere.
  TEE: { '--gateway': 1, '--oif': 1 },
  TCPOPTSTRIP: { '--strip-options': 1 },
  SECMARK: { '--selctx': 1 },
  CONNSECMARK: { '--save': 0, '--restore': 0 },
  CHECKSUM: { '--checksum-fill': 0 },
  ECN: { '--ecn-tcp-remove': 0 },
  IDLETIMER: { '--timeout': 1, '--label': 1, '--alarm': 0 },
  LED: { '--led-trigger-id': 1, '--led-delay': 1, '--led-always-blink': 0 },
  RATEEST: { '--rateest-name': 1, '--rateest-interval': 1, '--rateest-ewmalog': 1 },
};

/** What a passing target says of itself: its name and options. */
export function passingText(name: string, options: readonly Option[]): string {
  return [name, ...options.flatMap((option) => [option.name, ...option.values])].join(' ');
}

const passing = Object.entries(PASSING).map(([name, options]): [string, Extension] => [
  name,
  { options, parts: (given) => [{ kind: 'pass', text: passingText(name, given) }] },
]);

/** Verdicts, refusals, and what only watches. *Source:* iptables-extensions(8). */
export const otherTargets: Readonly<Record<string, Extension>> = {
  ACCEPT: plain({ kind: 'accept' }),
  DROP: plain({ kind: 'drop' }),
  RETURN: plain({ kind: 'return' }),
  QUEUE: plain({ kind: 'queue' }),
  NFQUEUE: queue,
  REJECT: reject,
  NOTRACK: plain({ kind: 'notrack' }),
  CT: connection,
  TPROXY: tproxy,
  SET: set,
  ...Object.fromEntries(passing),
};

/** Target extensions that are known to exist but are not modelled: never mistaken for chains. */
export const UNMODELLED_TARGETS: ReadonlySet<string> = new Set([
  'CLUSTERIP',
  'DNPT',
  'HMARK',
  'MIRROR',
  'SAME',
  'SNPT',
  'SYNPROXY',
]);
