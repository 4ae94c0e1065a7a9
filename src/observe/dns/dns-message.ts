import { type Answer, type DecodedPacket, RECURSION_DESIRED, streamDecode, streamEncode } from 'dns-packet';
import type { DnsObservation } from '../../model/observation.ts';
import { formatIp, parseIp } from '../../model/address.ts';

/** A question as TCP carries it: length, then the message. `id` tells its answer from others. *Source:* RFC 1035 4.2.2. */
export function encodeQuestion(name: string, type: string, id: number): Buffer {
  return streamEncode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: type as 'A', name }],
  });
}

/** What an answer says. */
export type DecodedAnswer = Required<Pick<DnsObservation, 'rcode' | 'records'>>;

/** Reads an answer as TCP carries it to question `id` for `type`; undefined where it is none, or cut. */
export function decodeAnswer(bytes: Buffer, type: string, id: number): DecodedAnswer | undefined {
  let packet: DecodedPacket;
  try {
    packet = streamDecode(bytes) as DecodedPacket;
  } catch {
    return undefined;
  }
  if (packet.id !== id || packet.type !== 'response') return undefined;
  const { rcode = 'NOERROR' } = packet as { rcode?: string };
  return { rcode, records: sortRecords((packet.answers ?? []).flatMap((answer) => recordOf(answer, type))) };
}

/** Records in the order in which they are compared, each once. */
export function sortRecords(
  records: readonly { type: string; data: string }[],
): { type: string; data: string }[] {
  const unique = new Map(records.map((record) => [`${record.type} ${record.data}`, record]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
}

function recordOf(answer: Answer, wanted: string): { type: string; data: string }[] {
  if (answer.type !== wanted && answer.type !== 'CNAME') return [];
  switch (answer.type) {
    case 'A':
    case 'AAAA': {
      const address = parseIp(answer.data);
      return address === undefined ? [] : [{ type: answer.type, data: formatIp(address) }];
    }
    case 'SRV':
      return [{ type: 'SRV', data: `${answer.data.port} ${bareName(answer.data.target)}` }];
    case 'CNAME':
    case 'PTR':
      return [{ type: answer.type, data: bareName(answer.data) }];
    default:
      return [];
  }
}

/** A name as names are compared: lower case, without trailing dot. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
