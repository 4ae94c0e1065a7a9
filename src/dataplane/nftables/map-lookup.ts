import type { MapLookup } from '../ruleset/rule-parts.ts';
import { indexRead, readElements } from './elements.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';
import type { ValueType } from './values.ts';

/**
 * Reads `KEY map @NAME` or `KEY map { … }`, whose data is of `valueTypes`; undefined, and nothing read, where none is next or
 * an element is not understood. What the key asks for is added to `used`.
 */
export function takeMap(
  stream: TokenStream,
  valueTypes: readonly ValueType[],
  used: KeyExpression[],
): MapLookup | undefined {
  const before = stream.position;
  const map = read(stream, valueTypes, used);
  if (map === undefined) stream.rewind(before);
  return map;
}

function read(
  stream: TokenStream,
  valueTypes: readonly ValueType[],
  used: KeyExpression[],
): MapLookup | undefined {
  const key = takeKey(stream);
  if (key === undefined || !stream.take('map')) return undefined;
  used.push(...key);
  const expressions = key.map(({ expression }) => expression);
  if (stream.peek().startsWith('@')) {
    // `map @m:8080`: what is behind the colon is no part of the name.
    stream.split(stream.peek().indexOf(':'));
    return { key: expressions, map: stream.next().slice(1) };
  }
  const inner = stream.braced();
  const types = key.map(({ type }) => type);
  const elements = inner && indexRead(readElements(inner, types, valueTypes));
  return elements && { key: expressions, map: { elements } };
}
