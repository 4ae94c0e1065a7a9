import type { Source } from './snapshot.ts';

const decoder = new TextDecoder();

/** Values by the bytes they were read from, or by the source that was made of them. */
const values = new WeakMap<Uint8Array | Source, unknown>();

/**
 * What the JSON text of `source` says, a byte order mark passed over. Every caller gets the same value: none may change it.
 * Throws a SyntaxError where it is no JSON.
 */
export function jsonOf(source: Source): unknown {
  if (values.has(source)) return values.get(source);
  // Once: there are sources that make their bytes each time they are asked for.
  const { bytes } = source;
  if (values.has(bytes)) return values.get(bytes);
  const value: unknown = JSON.parse(decoder.decode(bytes));
  values.set(bytes, value);
  return value;
}

/** Whether `source` was made of a value: then its text need not be looked at. */
export function isMadeOfJson(source: Source): boolean {
  return values.has(source);
}

/** Keeps `value` as what the JSON text in `bytes` says. */
export function rememberJson(bytes: Uint8Array, value: unknown): void {
  values.set(bytes, value);
}

const encoder = new TextEncoder();

/** A source of `value`, which is as JSON has it and is not changed any more. Its text is written each time somebody asks for it: few do, and lists are long. */
export function sourceOfJson(value: unknown, about: Omit<Source, 'bytes'>): Source {
  const source: Source = {
    ...about,
    get bytes() {
      return encoder.encode(JSON.stringify(value));
    },
  };
  values.set(source, value);
  return source;
}
