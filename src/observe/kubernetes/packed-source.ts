import { deflateSync, inflateSync } from 'node:zlib';
import { sourceOfJson } from '../../snapshot/json-of.ts';
import type { Source } from '../../snapshot/snapshot.ts';

/** Speed: it is kept for seconds. */
const LEVEL = 1;

/**
 * A source of `value`, as `sourceOfJson` makes it, which keeps a packed text instead of the value: a twentieth of the memory for a list of pods. It is unpacked each time
 * somebody asks for it, and nobody is given the same value twice.
 */
export function packedSource(value: unknown, about: Omit<Source, 'bytes'>): Source {
  const packed = deflateSync(sourceOfJson(value, about).bytes, { level: LEVEL });
  return {
    ...about,
    get bytes() {
      return inflateSync(packed);
    },
  };
}
