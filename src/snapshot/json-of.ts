import { type Source, textOf } from './snapshot.ts';

/** Values by the bytes they were read from: redaction reads most of a recording before the world does. */
const values = new WeakMap<Uint8Array, unknown>();

/**
 * What the JSON text of `source` says, a byte order mark passed over. Every caller gets the same value: none may change it.
 * Throws a SyntaxError where it is no JSON.
 */
export function jsonOf(source: Source): unknown {
  if (values.has(source.bytes)) return values.get(source.bytes);
  const value: unknown = JSON.parse(textOf(source));
  values.set(source.bytes, value);
  return value;
}

/** Keeps `value` as what the JSON text in `bytes` says. */
export function rememberJson(bytes: Uint8Array, value: unknown): void {
  values.set(bytes, value);
}
