import type { Ip } from '../../../model/address.ts';
import type { NodeState } from '../../node-state.ts';
import type { Chain, Table } from '../../ruleset/ruleset.ts';
import { fieldValue } from '../field-value.ts';
import type { PacketState } from '../packet-state.ts';
import type { RuleReference } from '../trace.ts';
import type { Recorder, WalkContext } from '../walk-context.ts';
import { isPortField, literalsOf } from './chain-literals.ts';
import { nodeAddressesOf } from './node-addresses.ts';
import type { ValueClasses } from './value-classes.ts';

/** What tells one translated packet from another: where it is for now, and where it was for. */
export interface FlowSubject {
  readonly endpoint: Ip;
  readonly endpointPort: number | undefined;
  readonly service: Ip;
  readonly servicePort: number | undefined;
}

/** A value of the subject that was looked at, with the class it was found in: others of that class fare alike. */
export interface Guard {
  readonly classes: ValueClasses;
  readonly value: keyof FlowSubject;
  readonly class: number;
}

/**
 * Notes, while a translated packet is walked to its end, what of it rules and nodes look at. A value counts as the subject's where it is equal to it:
 * what is copied stays equal, and what is computed from it makes the record useless (`isOpaque`).
 */
export class FlowRecorder implements Recorder {
  readonly guards: Guard[] = [];
  isOpaque = false;
  private readonly subject: FlowSubject;
  private readonly nodes = new Set<NodeState>();
  private readonly seen = new Map<ValueClasses, Set<keyof FlowSubject>>();
  private readonly translation: RuleReference | undefined;

  /** `translation`: the rule or server that just made the packet what `subject` says. */
  constructor(subject: FlowSubject, translation: RuleReference | undefined) {
    this.subject = subject;
    this.translation = translation;
  }

  giveUp(): void {
    this.isOpaque = true;
  }

  /** One that was translated again is not what the subject says any more. */
  end({ translatedDestinationBy }: PacketState): void {
    if (translatedDestinationBy !== this.translation) this.isOpaque = true;
  }

  stand(node: NodeState): void {
    if (this.nodes.has(node)) return;
    this.nodes.add(node);
    const classes = nodeAddressesOf(node);
    if (classes === undefined) this.isOpaque = true;
    else for (const value of ['endpoint', 'service'] as const) this.guard(classes, value);
  }

  enter(context: WalkContext, state: PacketState, table: Table, chain: Chain): void {
    const literals = literalsOf(state.node, table, chain);
    if (literals === 'opaque') {
      this.isOpaque = true;
      return;
    }
    for (const [field, classes] of literals) {
      const found = fieldValue(context, state, field, undefined);
      const { endpoint, endpointPort, service, servicePort } = this.subject;
      if (isPortField(field)) {
        if (found === endpointPort) this.guard(classes, 'endpointPort');
        if (found === servicePort) this.guard(classes, 'servicePort');
      } else {
        if (found === endpoint) this.guard(classes, 'endpoint');
        if (found === service) this.guard(classes, 'service');
      }
    }
  }

  private guard(classes: ValueClasses, value: keyof FlowSubject): void {
    let values = this.seen.get(classes);
    if (values === undefined) this.seen.set(classes, (values = new Set()));
    const own = this.subject[value];
    if (values.has(value) || own === undefined) return;
    values.add(value);
    this.guards.push({ classes, value, class: classes.classOf(own) });
  }
}
