import type { NatTarget, Statement } from '../ruleset/rule-parts.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import type { Chain } from '../ruleset/ruleset.ts';
import type { Verdict } from '../ruleset/verdict.ts';
import {
  type ChainRun,
  type Cursor,
  currentRule,
  type Flow,
  type JumpRule,
  leaveChain,
  showRule,
  stop,
} from './chain-run.ts';
import { endPacket, endUnknown } from './end-packet.ts';
import { changeIpset } from './ipset-lookup.ts';
import { keyOf } from './key-lookup.ts';
import { type NatStatement, rangeOfMapData, targetOfMapData, translate } from './nat.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type PacketState, type Trail } from './packet-state.ts';
import { ownerOf } from './rule-owner.ts';
import { referenceToRule } from './rule-reference.ts';
import { runMap } from './run-map.ts';
import { runMark } from './run-mark.ts';
import { changeSet } from './set-changes.ts';
import { addStep, takeBranches } from './walk-context.ts';

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
      return runMap(run, cursor, statement, part, (at, element) =>
        element?.value?.kind === 'verdict'
          ? runVerdict(run, showRule(run, at), element.value.verdict)
          : 'next-rule',
      );
    case 'dnat':
    case 'snat':
      return withMaps(run, cursor, statement.to, part, (at, to) => runNat(run, at, statement, to));
    case 'redirect':
      return withMaps(run, cursor, statement, part, (at, to) => runNat(run, at, statement, to));
    case 'masquerade':
    case 'netmap':
      return runNat(run, cursor, statement, undefined);
    case 'set-mark':
    case 'set-ctmark':
    case 'save-mark':
    case 'restore-mark':
    case 'compute-mark':
      return runMark(run, cursor, statement, part);
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
      return updateSet(run, cursor, statement);
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
      return runQueue(run, cursor);
    case 'jump':
    case 'goto':
      return enterChain(run, cursor, verdict.chain, verdict.kind === 'jump');
  }
}

/**
 * What kindnet asks its own process is what NetworkPolicies say, which checks judge where the engine works out of sight: it passes here. Without `bypass` a process
 * that does not run would lose it. *Source:* kubernetes-sigs/kube-network-policies pkg/dataplane.
 */
function runQueue(run: ChainRun, cursor: Cursor): Flow {
  const rule = currentRule(run, cursor);
  if (ownerOf(rule.table, rule.chain) !== 'kindnet' || !/\bbypass\b/.test(rule.rule))
    return stop(run, cursor, 'a program in user space decides');
  addStep(run.context, cursor.state, run.entry.base.hook, 'kindnet asks the NetworkPolicies', rule);
  run.out.push(cursor.state);
  return 'done';
}

function enterChain(run: ChainRun, cursor: Cursor, name: string, returns: boolean): Flow {
  const { table } = run.entry;
  const target: Chain | undefined = table.chains.get(name);
  if (target === undefined) return stop(run, cursor, `chain ${name} is not in the dump`);
  const { steps } = cursor.state;
  if (run.context.isVerbose && steps !== undefined)
    cursor.state.steps = { ...steps, value: { ...steps.value, enters: name } };
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
  run.context.recorder?.enter(run.context, cursor.state, table, target);
  cursor.chain = target;
  cursor.index = 0;
  cursor.part = 0;
  return 'moved';
}

/** Looks up what the maps of `to` say, address first, and gives the target to `apply`; a map without an element ends the rule. */
function withMaps(
  run: ChainRun,
  cursor: Cursor,
  target: NatTarget,
  part: number,
  apply: (cursor: Cursor, to: NatTarget) => Flow,
): Flow {
  if (target.map === undefined && target.portMap === undefined) return apply(cursor, target);
  const { map, portMap, ...to } = target;
  const withPorts = (at: Cursor, found: NatTarget): Flow =>
    portMap === undefined
      ? apply(at, found)
      : runMap(run, at, portMap, part, (one, element) => {
          if (element === undefined) return 'next-rule';
          const ports = rangeOfMapData(element.value);
          if (ports === undefined) return stop(run, one, 'the map holds no port');
          return apply(showRule(run, one), { ...found, ports });
        });
  if (map === undefined) return withPorts(cursor, to);
  return runMap(run, cursor, map, part, (at, element) => {
    if (element === undefined) return 'next-rule';
    const found = targetOfMapData(element.value);
    if (found === undefined) return stop(run, at, 'the map holds no address');
    return withPorts(portMap === undefined ? showRule(run, at) : at, { ...to, ...found });
  });
}

function updateSet(
  run: ChainRun,
  { state }: Cursor,
  { set, key, ipset, operation }: Extract<Statement, { kind: 'update-set' }>,
): Flow {
  if (ipset) {
    changeIpset(state, key, set, operation);
    return 'next-part';
  }
  const values = keyOf(run.context, state, key);
  // A packet without the field: the rule ends here.
  if (values === undefined) return 'next-rule';
  const elements = run.entry.table.sets.get(set)?.elements;
  if (elements === undefined) return 'next-part';
  // What a map holds for the key from now on is not kept: an element without a value.
  if (operation === 'delete') changeSet(state, { of: elements, key: values, element: undefined });
  else if (operation === 'update' || elements.find(values) === undefined)
    changeSet(state, { of: elements, key: values, element: { key: [], line: 0 } });
  return 'next-part';
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
  addJumps(run, state, cursor.path);
  const problem = translate(state, statement, target, {
    reference: currentRule(run, cursor),
    hook: entry.base.hook,
  });
  if (problem !== undefined) return stop(run, cursor, problem);
  run.out.push(state);
  return 'done';
}

/** The jumps of `path`, oldest first, are part of what translated the packet. */
function addJumps(run: ChainRun, state: PacketState, path: Trail<JumpRule> | undefined): void {
  if (path === undefined) return;
  addJumps(run, state, path.rest);
  const { chain, index } = path.value;
  const value = referenceToRule(state.node.name, run.entry.table, chain, index);
  state.translatedBy = { value, rest: state.translatedBy };
}
