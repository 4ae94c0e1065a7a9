const BEGIN = Buffer.from(',"managedFields":[');
const END = Buffer.from(']},"spec":');
/** What ends a list that something else of the metadata follows. */
const NOT_LAST = Buffer.from('],"');

/**
 * What the JSON of API objects says, without who set which field: half of what is sent of a pod, of which nothing is judged. It stands last in the metadata and holds
 * no member `spec`, so what ends it can be found without reading it. Throws a SyntaxError where it is no JSON. *Source:* kubernetes v1.37
 * `apimachinery/pkg/apis/meta/v1/types.go`, ObjectMeta and ManagedFieldsEntry.
 */
export function parseObjects(bytes: Buffer): unknown {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(BEGIN); at >= 0; at = bytes.indexOf(BEGIN, from)) {
    const end = bytes.indexOf(END, at);
    // Somebody else's order of members would be cut elsewhere.
    if (end < 0 || bytes.subarray(at, end).includes(NOT_LAST)) break;
    parts.push(bytes.subarray(from, at));
    from = end + 1;
  }
  parts.push(bytes.subarray(from));
  return JSON.parse(Buffer.concat(parts).toString());
}

/** The metadata of a list stand before its items, and a continuation takes some hundred bytes. */
const HEAD_BYTES = 4096;

/** How the list in `bytes` goes on, as its beginning says; `undefined` where it ends, or where its metadata stand elsewhere. */
export function continuationOf(bytes: Buffer): string | undefined {
  const [head = ''] = bytes.subarray(0, HEAD_BYTES).toString('latin1').split('"items":', 1);
  return /"metadata":\{[^{}]*"continue":"([^"\\]+)"/.exec(head)?.[1];
}
