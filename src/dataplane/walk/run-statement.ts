import type { Statement } from '../ruleset/rule-parts.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import type { Chain } from '../ruleset/ruleset.ts';
import type { ElementIndex, InlineMap, SetElement } from '../ruleset/sets.ts';
import type { Verdict } from '../ruleset/verdict.ts';
import { choose } from './choose-element.ts';
import { endPacket, endUnknown } from './end-packet.ts';
import { type NatStatement, targetOfMapData, translate } from './nat.ts';
import { forkByUnknown, forkByWeight, type Slot } from './outcome-tree.ts';
import { forkState, trailValues } from './packet-state.ts';
import { referenceToRule } from './rule-reference.ts';
import type { RuleReference } from './trace.ts';
import {
  type ChainRun,
  type Cursor,
  currentRule,
  type Flow,
  leaveChain,
  showRule,
  stop,
} from './chain-run.ts';
import { takeBranches } from './walk-context.ts';

// nftables refuses deeper nesting; iptables has room for far more. *Source:* linux NFT_JUMP_STACK_SIZE.
const NFT_DEPTH = 16;
const IPTABLES_DEPTH = 512;
// Gotos do not nest, but a way this long goes round in a circle.
const LONGEST_PATH = 1000;

/** Carries out one statement of the rule at the cursor; `part` is its place in the rule. */
export function runStatement(run: ChainRun, cursor: Cursor, statement: Statement, part: number): Flow {
  const { entry } = run;
  const { state } = cursor;
  switch (statement.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
    case 'queue':
    case 'jump':
    case 'goto':
      return runVerdict(run, cursor, statement);
    case 'reject':
      state.rejectedWith = statement.with;
      endPacket(state, 'rejected', currentRule(run, cursor));
      run.out.push(state);
      return 'done';
    case 'vmap':
      return runMap(run, cursor, statement.map, statement.key, part, (at, element) =>
        element?.value?.kind === 'verdict'
          ? runVerdict(run, showRule(run, at), element.value.verdict)
          : 'next-rule',
      );
    case 'dnat':
    case 'snat':
      return statement.to.map === undefined
        ? runNat(run, cursor, statement, statement.to)
        : runMap(run, cursor, statement.to.map.map, statement.to.map.key, part, (at, element) => {
            if (element === undefined) return 'next-rule';
            if (element.value?.kind !== 'data') return stop(run, at, 'the map holds no address');
            const target = targetOfMapData(element.value.parts);
            return target === undefined
              ? stop(run, at, 'the map holds no address')
              : runNat(run, showRule(run, at), statement, target);
          });
    case 'masquerade':
    case 'redirect':
    case 'netmap':
      return runNat(run, cursor, statement, undefined);
    case 'set-mark':
      return setMark(run, cursor, ((state.mark & statement.change.and) ^ statement.change.xor) >>> 0);
    case 'restore-mark':
      // Without a connection there is no mark to read: the rule ends here.
      if (!state.isTracked) return 'next-rule';
      return setMark(
        run,
        cursor,
        ((state.mark & ~statement.nfmask) ^ (state.ctmark & statement.ctmask)) >>> 0,
      );
    case 'set-ctmark':
      if (state.isTracked)
        state.ctmark = ((state.ctmark & statement.change.and) ^ statement.change.xor) >>> 0;
      return 'next-part';
    case 'save-mark':
      if (state.isTracked)
        state.ctmark = ((state.ctmark & ~statement.ctmask) ^ (state.mark & statement.nfmask)) >>> 0;
      return 'next-part';
    case 'notrack':
      // Once conntrack has seen the packet it is too late. *Source:* nft(8) NOTRACK STATEMENT.
      if (entry.position < -200) {
        state.isTracked = false;
        state.ctstate = CT_STATE.UNTRACKED;
      }
      return 'next-part';
    case 'tproxy':
      return stop(run, cursor, 'a transparent proxy takes the packet');
    case 'update-set':
    case 'pass':
      return 'next-part';
    case 'unknown-statement': {
      const rule = currentRule(run, cursor);
      if (!takeBranches(run.context, 1, false)) return stop(run, cursor, 'the rules branch too often');
      const text = `what \`${statement.text}\` does is not modelled`;
      const [ended, rest] = forkByUnknown(state.slot, 2, { text, rule }) as [Slot, Slot];
      const other = forkState(state, ended);
      endUnknown(other, text, rule);
      run.out.push(other);
      state.slot = rest;
      return 'next-part';
    }
  }
}

function runVerdict(run: ChainRun, cursor: Cursor, verdict: Verdict): Flow {
  const { state } = cursor;
  switch (verdict.kind) {
    case 'accept':
      run.out.push(state);
      return 'done';
    case 'drop':
      endPacket(state, 'dropped', currentRule(run, cursor));
      run.out.push(state);
      return 'done';
    case 'return':
      return leaveChain(run, cursor);
    case 'continue':
      return 'next-part';
    case 'queue':
      return stop(run, cursor, 'a program in user space decides');
    case 'jump':
    case 'goto':
      return enterChain(run, cursor, verdict.chain, verdict.kind === 'jump');
  }
}

function enterChain(run: ChainRun, cursor: Cursor, name: string, returns: boolean): Flow {
  const { table } = run.entry;
  const target: Chain | undefined = table.chains.get(name);
  if (target === undefined) return stop(run, cursor, `chain ${name} is not in the dump`);
  const { chain, index, path } = cursor;
  const depth = cursor.frame?.depth ?? 0;
  if (returns) {
    if (depth + 1 > (table.origin === 'nftables' ? NFT_DEPTH : IPTABLES_DEPTH)) {
      return stop(run, cursor, 'the chains are nested too deep, or in a circle');
    }
    cursor.frame = { chain, index: index + 1, path, depth: depth + 1, parent: cursor.frame };
  }
  const length = (path?.value.length ?? 0) + 1;
  if (length > LONGEST_PATH) return stop(run, cursor, 'the chains go round in a circle');
  cursor.path = { value: { chain, index, length }, rest: path };
  cursor.chain = target;
  cursor.index = 0;
  cursor.part = 0;
  return 'moved';
}

// Every element that the map may answer with is a branch of its own.
function runMap(
  run: ChainRun,
  cursor: Cursor,
  map: InlineMap | string,
  key: Parameters<typeof choose>[3],
  part: number,
  apply: (cursor: Cursor, element: SetElement | undefined) => Flow,
): Flow {
  const { context, entry } = run;
  const { state } = cursor;
  const elements: ElementIndex | undefined =
    typeof map === 'string' ? entry.table.sets.get(map)?.elements : map.elements;
  if (elements === undefined) {
    return stop(run, cursor, `map ${typeof map === 'string' ? map : ''} is not in the dump`);
  }
  const choice = choose(context, state, elements, key);
  if (choice.kind === 'absent') return 'next-rule';
  if (choice.kind === 'one') return apply(cursor, choice.element);
  if (!takeBranches(context, choice.elements.length - 1, choice.weights !== undefined))
    return stop(run, cursor, 'the rules branch too often');
  const slots =
    choice.weights === undefined
      ? forkByUnknown(state.slot, choice.elements.length, {
          text: choice.why,
          rule: currentRule(run, cursor),
        })
      : forkByWeight(state.slot, choice.weights);
  for (let i = choice.elements.length - 1; i >= 0; i--) {
    const branch: Cursor = { ...cursor, state: forkState(state, slots[i] as Slot) };
    const flow = apply(branch, choice.elements[i]);
    if (flow === 'done') continue;
    if (flow === 'next-rule') {
      branch.index++;
      branch.part = 0;
    } else if (flow === 'next-part') {
      branch.part = part + 1;
    }
    run.pending.push(branch);
  }
  return 'done';
}

function runNat(
  run: ChainRun,
  cursor: Cursor,
  statement: NatStatement,
  target: Parameters<typeof translate>[2],
): Flow {
  const { entry } = run;
  const { state } = cursor;
  if (!entry.isNat) return stop(run, cursor, 'address translation outside a nat chain');
  for (const jump of trailValues(cursor.path)) {
    const value = jumpReference(run, cursor, jump.chain, jump.index);
    state.translatedBy = { value, rest: state.translatedBy };
  }
  const problem = translate(state, statement, target, {
    reference: currentRule(run, cursor),
    hook: entry.base.hook,
  });
  if (problem !== undefined) return stop(run, cursor, problem);
  run.out.push(state);
  return 'done';
}

function jumpReference(run: ChainRun, cursor: Cursor, chain: Chain, index: number): RuleReference {
  return referenceToRule(cursor.state.node.name, run.entry.table, chain, index);
}

function setMark(run: ChainRun, cursor: Cursor, mark: number): Flow {
  const { state } = cursor;
  if (mark !== state.mark) {
    state.mark = mark;
    if (run.entry.reroutes) state.needsReroute = true;
  }
  return 'next-part';
}
