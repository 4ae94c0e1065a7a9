import type { Statement } from '../ruleset/rule-parts.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';

/** `update @set { ip saddr timeout 10s }`, and the older `set update ip saddr @set`. */
export function takeSetUpdate(stream: TokenStream, used: KeyExpression[]): Statement | undefined {
  const isOld = stream.take('set');
  const operation = stream.next();
  if (operation !== 'add' && operation !== 'update' && operation !== 'delete') return undefined;
  if (isOld) {
    const key = takeKey(stream);
    return key && update(operation, stream.next(), key, used);
  }
  const set = stream.next();
  const inner = stream.braced();
  const key = inner && takeKey(inner);
  if (inner === undefined || key === undefined) return undefined;
  skipOptions(inner);
  // With a limit or quota it is a condition too. What a map holds for the key is not kept.
  return inner.isDone || inner.peek() === ':' ? update(operation, set, key, used) : undefined;
}

function skipOptions(inner: TokenStream): void {
  for (;;) {
    if (inner.take('timeout') || inner.take('expires') || inner.take('comment')) inner.next();
    else if (inner.take('counter')) {
      if (inner.take('packets')) inner.next();
      if (inner.take('bytes')) inner.next();
    } else if (inner.take('last')) {
      if (inner.take('used')) inner.next();
    } else return;
  }
}

function update(
  operation: 'add' | 'update' | 'delete',
  set: string,
  key: readonly KeyExpression[],
  used: KeyExpression[],
): Statement | undefined {
  if (!set.startsWith('@')) return undefined;
  used.push(...key);
  const expressions = key.map(({ expression }) => expression);
  return { kind: 'update-set', operation, set: set.slice(1), key: expressions, ipset: false };
}
