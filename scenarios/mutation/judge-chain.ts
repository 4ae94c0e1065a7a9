import { parseIp } from '../../src/model/address.ts';
import { after } from './judge-rule.ts';
import type { JudgedNode, Rule, State } from './judged-node.ts';

/** What one table makes of a packet at one hook: the branches of its base chain, each with its share. */
export function passHook(node: JudgedNode, table: string, hook: string, state: State): State[] {
  if (state.end !== undefined) return [state];
  const { ended, left } = passChain(node, table, hook, state);
  const isClosed = node.policies.get(`${table} ${hook}`) === 'DROP';
  return [...ended, ...left.map((each) => (isClosed ? { ...each, end: 'dropped' } : each))];
}

interface Passed {
  /** Branches that this base chain has nothing more to say to. */
  readonly ended: State[];
  /** Branches that came to the chain's end. */
  readonly left: State[];
}

function passChain(node: JudgedNode, table: string, chain: string, start: State): Passed {
  const ended: State[] = [];
  const returned: State[] = [];
  let states: State[] = [start];
  for (const rule of node.chains.get(`${table} ${chain}`) ?? []) {
    if (states.length === 0) break;
    const next: State[] = [];
    for (const state of states) {
      const share = rule.conditions.reduce(
        (left, condition) => (left === 0 ? 0 : left * condition(state, node)),
        1,
      );
      if (share < 1) {
        const seen = rule.words.includes('--rcheck') ? asked(rule) : '';
        next.push({ ...state, weight: state.weight * (1 - share), seen: state.seen + seen });
      }
      if (share === 0) continue;
      const hit = { ...state, weight: state.weight * share };
      const { ended: out, left } = act(node, table, rule, hit);
      ended.push(...out);
      (rule.target === 'RETURN' ? returned : next).push(...left);
    }
    states = next;
  }
  return { ended, left: [...returned, ...states] };
}

function act(node: JudgedNode, table: string, { target, words }: Rule, state: State): Passed {
  const end = (more: Partial<State>): Passed => ({ ended: [{ ...state, ...more }], left: [] });
  switch (target) {
    case '':
    case 'RETURN':
      return { ended: [], left: [state] };
    case 'ACCEPT':
      return end({});
    case 'DROP':
      return end({ end: 'dropped' });
    case 'REJECT':
      return end({ end: 'rejected' });
    case 'MASQUERADE':
      return end({ isMasqueraded: true });
    case 'DNAT': {
      const [address = '', port = ''] = after(words, '--to-destination').split(':');
      const seen = words.includes('--set') ? `${state.seen}!${after(words, '--name')}` : state.seen;
      return end({ destination: parseIp(address) ?? 0, port: Number(port), isTranslated: true, seen });
    }
    case 'MARK': {
      const [value = 0, mask = 0xffffffff] = after(words, '--set-xmark').split('/').map(Number);
      return { ended: [], left: [{ ...state, mark: ((state.mark & ~mask) ^ value) >>> 0 }] };
    }
    default:
      if (!node.chains.has(`${table} ${target}`)) throw new Error(`no target ${target}`);
      return passChain(node, table, target, state);
  }
}

function asked({ words, target }: Rule): string {
  return `?${after(words, '--name')} ${after(words, '--seconds')}>${target}`;
}
