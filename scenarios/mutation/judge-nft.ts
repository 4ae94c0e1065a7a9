import { type Ip, formatIp, parseIp } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import type { NftEntry, NftExpression, NftMapping, NftObject, NftStatement, NftValue } from './nft-json.ts';
import type { JudgedPacket } from './score.ts';

interface State {
  readonly packet: JudgedPacket;
  /** The node's own addresses. */
  readonly local: ReadonlySet<Ip>;
  readonly destination: string;
  readonly port: number;
  readonly weight: number;
  readonly mark: number;
  readonly isTranslated: boolean;
  readonly isMasqueraded: boolean;
  /** Sets that were asked for the client, with what a member gets, and those that take it. */
  readonly seen: string;
  /** `dropped` or `rejected` where the way ends. */
  readonly end?: string;
  /** The base chain's verdict is found. */
  readonly isDone?: boolean;
}

interface Objects {
  readonly all: readonly NftObject[];
  /** Rules by chain. */
  readonly rules: ReadonlyMap<string | undefined, readonly NftObject[]>;
  /** What a map or set holds, by its name and the key as JSON; a set holds `true`. */
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, NftStatement | true>>;
}

function indexed(entries: readonly NftEntry[]): Objects {
  const own = entries.flatMap((entry) => Object.values(entry)).filter((each) => each.table === 'kube-proxy');
  const all = own.filter(({ family }) => family === 'ip');
  const rules = new Map<string | undefined, NftObject[]>();
  for (const each of all) rules.set(each.chain, [...(rules.get(each.chain) ?? []), each]);
  const elements = new Map(
    all.flatMap(({ name, elem }) =>
      name === undefined || elem === undefined
        ? []
        : [[name, new Map(elem.map((each) => elementOf(each)))] as const],
    ),
  );
  return { all, rules, elements };
}

function elementOf(
  element: NftValue | readonly [NftValue, NftStatement],
): readonly [key: string, value: NftStatement | true] {
  const [key, value] = Array.isArray(element)
    ? (element as [NftValue, NftStatement])
    : [element as NftValue, true as const];
  return [JSON.stringify(parts(key)), value];
}

/**
 * What kube-proxy's table of `nft -j list ruleset` makes of a packet that opens a connection: each end with its share, as text.
 * Told from nft(8) and libnftables-json(5) alone, for the words that kube-proxy uses; it shares nothing with the parser or the walk.
 */
export function judgeNft(
  entries: readonly NftEntry[],
  local: ReadonlySet<Ip>,
): (packet: JudgedPacket) => string {
  const objects = indexed(entries);
  return (packet) => judge(objects, packet, local);
}

function judge(objects: Objects, packet: JudgedPacket, local: ReadonlySet<Ip>): string {
  const start: State = {
    packet,
    local,
    destination: formatIp(packet.destination),
    port: packet.port,
    weight: 1,
    mark: 0,
    isTranslated: false,
    isMasqueraded: false,
    seen: '',
  };
  const fates = new Map<string, number>();
  for (const end of passHook(objects, packet.hook.toLowerCase(), start).flatMap((state) => {
    const address = parseIp(state.destination);
    if (address !== undefined && local.has(address)) return passHook(objects, 'input', state);
    const on = packet.hook === 'OUTPUT' ? [state] : passHook(objects, 'forward', state);
    return on.flatMap((each) => passHook(objects, 'postrouting', each));
  })) {
    const { destination, port, seen } = end;
    // What the node sends on untranslated has the address that masquerading would give it.
    const isOwnAddress = packet.hook === 'OUTPUT' && !end.isTranslated;
    // What pods send beyond pods, the CNI masquerades in a table of its own.
    const leavesPods = packet.isOfPod && !destination.startsWith('10.244.');
    const isMasqueraded = end.isMasqueraded || packet.isMasked || isOwnAddress || leavesPods;
    const fate = end.end ?? `${destination}:${port} ${isMasqueraded ? 'masqueraded' : 'kept'} ${seen}`;
    fates.set(fate, (fates.get(fate) ?? 0) + end.weight);
  }
  return [...fates]
    .map(([fate, weight]) => `${fate} ${weight.toFixed(5)}`)
    .sort()
    .join('\n');
}

function passHook(objects: Objects, hook: string, state: State): State[] {
  const bases = objects.all.filter((each) => each.hook === hook);
  bases.sort((a, b) => (a.prio ?? 0) - (b.prio ?? 0));
  return bases.reduce(
    (states, { name = '' }) =>
      states.flatMap((each) =>
        each.end === undefined
          ? passChain(objects, name, each).map(({ isDone: _isDone, ...rest }) => rest)
          : [each],
      ),
    [state],
  );
}

function passChain(objects: Objects, name: string, state: State): State[] {
  const rules = objects.rules.get(name) ?? [];
  const passRules = (from: number, each: State): State[] => {
    const rule = rules[from];
    if (each.isDone || rule === undefined) return [each];
    return passRule(objects, rule.expr ?? [], each, (next) => passRules(from + 1, next));
  };
  return passRules(0, state);
}

/** `next` goes on with the rule after. */
function passRule(
  objects: Objects,
  [statement, ...rest]: readonly NftStatement[],
  state: State,
  next: (state: State) => State[],
): State[] {
  if (statement === undefined) return next(state);
  const { match, mangle, vmap, dnat, set } = statement;
  const asked = match && typeof match.right === 'string' && /^@(affinity-.*)/.exec(match.right)?.[1];
  if (asked) {
    // Nobody is known yet: `!=` holds for everybody.
    const seen = { ...state, seen: `${state.seen}?${asked}>${JSON.stringify(rest)}` };
    return match.op === '!=' ? passRule(objects, rest, seen, next) : next(seen);
  }
  if (
    match &&
    (holds(objects, match.right, valueOf(match.left, state)) ? match.op === '!=' : match.op !== '!=')
  )
    return next(state);
  if (vmap) {
    return choose(objects, vmap.key, vmap.data, state).flatMap(([value, each]) =>
      value === undefined ? next(each) : passRule(objects, [value as NftStatement], each, next),
    );
  }
  if (dnat) {
    const { addr, port } = dnat;
    if (typeof addr === 'object' && addr.map) {
      return choose(objects, addr.map.key, addr.map.data, state).flatMap(([value, each]) => {
        const [to, at] = value === undefined ? [] : parts(value as NftValue);
        return to === undefined ? next(each) : [translate(each, to, at)];
      });
    }
    return [translate(state, addr, port)];
  }
  const target = (statement.jump ?? statement.goto)?.target;
  if (target !== undefined)
    return passChain(objects, target, state).flatMap((each) =>
      each.isDone || statement.goto ? [each] : passRule(objects, rest, each, next),
    );
  if ('drop' in statement) return [{ ...state, end: 'dropped', isDone: true }];
  if ('reject' in statement) return [{ ...state, end: 'rejected', isDone: true }];
  if ('accept' in statement) return [{ ...state, isDone: true }];
  if ('return' in statement) return [state];
  if ('masquerade' in statement) return [{ ...state, isMasqueraded: true, isDone: true }];
  const mark = mangle ? Number(valueOf(mangle.value, state)) : state.mark;
  const seen = set ? `${state.seen}!${set.set}` : state.seen;
  return passRule(objects, rest, { ...state, mark, seen }, next);
}

function translate(state: State, to: NftValue, port: NftValue | undefined): State {
  const destination = String(to);
  return { ...state, destination, port: Number(port ?? state.port), isTranslated: true, isDone: true };
}

/** What the key finds, with the share that finds it; undefined where there is nothing to find. */
function choose(
  objects: Objects,
  key: NftExpression,
  data: NftMapping,
  state: State,
): [NftValue | NftStatement | undefined, State][] {
  const find = (value: readonly unknown[]): NftValue | NftStatement | undefined => {
    const text = JSON.stringify(value);
    if (typeof data !== 'string') return data.set.find(([each]) => JSON.stringify(parts(each)) === text)?.[1];
    const found = objects.elements.get(data.slice(1))?.get(text);
    return found === true ? undefined : found;
  };
  if (!key.numgen) return [[find([valueOf(key, state)].flat()), state]];
  const { mod } = key.numgen;
  return Array.from({ length: mod }, (_, at) => [find([at]), { ...state, weight: state.weight / mod }]);
}

function parts(value: NftValue): readonly NftValue[] {
  if (typeof value === 'object' && value.elem) return parts(value.elem.val);
  return typeof value === 'object' && value.concat ? value.concat : [value];
}

function valueOf(value: NftValue, state: State): string | number | (string | number)[] {
  if (typeof value !== 'object') return value;
  const { packet, destination, port, mark, isTranslated } = state;
  if (value.concat) return value.concat.flatMap((each) => valueOf(each, state));
  for (const [sign, compute] of OPERATORS) {
    const operands = value[sign];
    if (operands)
      return compute(Number(valueOf(operands[0], state)), Number(valueOf(operands[1], state))) >>> 0;
  }
  if (value.payload?.field === 'saddr') return formatIp(packet.source);
  if (value.payload?.field === 'daddr') return destination;
  if (value.payload?.field === 'dport') return port;
  if (value.meta?.key === 'l4proto') return packet.protocol;
  if (value.meta?.key === 'mark') return mark;
  if (value.ct?.key === 'state') return 'new';
  if (value.ct?.key === 'status') return isTranslated ? 'dnat' : 'snat';
  const asked = value.fib?.flags.includes('saddr') ? packet.source : parseIp(destination);
  if (value.fib) return asked !== undefined && state.local.has(asked) ? 'local' : 'unicast';
  throw new Error(`no such expression: ${JSON.stringify(value)}`);
}

const OPERATORS = [
  ['&', (a: number, b: number): number => a & b],
  ['|', (a: number, b: number): number => a | b],
  ['^', (a: number, b: number): number => a ^ b],
] as const;

function holds(objects: Objects, right: NftValue, value: unknown): boolean {
  if (typeof right === 'object' && right.prefix) {
    const cidr = parseCidr(`${right.prefix.addr}/${right.prefix.len}`);
    const address = parseIp(String(value));
    return cidr !== undefined && address !== undefined && cidrContains(cidr, address);
  }
  if (typeof right === 'object' && right.set) return right.set.some((each) => holds(objects, each, value));
  if (typeof right !== 'string' || !right.startsWith('@')) return right === value;
  return objects.elements.get(right.slice(1))?.has(JSON.stringify([value].flat())) ?? false;
}
