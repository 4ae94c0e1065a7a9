import { jsonOf } from '../snapshot/json-of.ts';
import type { Source } from '../snapshot/snapshot.ts';

/** The JSON that `source` holds; `undefined` where it is another format, or cut. */
export function objectsIn(source: Source): unknown {
  try {
    return jsonOf(source);
  } catch {
    return undefined;
  }
}
