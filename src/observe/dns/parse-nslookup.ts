import { formatIp, parseIp } from '../../model/address.ts';
import type { DnsObservation } from '../../model/observation.ts';
import { bareName, sortRecords } from './dns-message.ts';

/** What `nslookup -type=TYPE NAME SERVER` says, BIND's or busybox's, as an observation. *Source:* bind9 nslookup.c, busybox networking/nslookup.c. */
export function parseNslookup(
  text: string,
  type: string,
): Pick<DnsObservation, 'outcome' | 'rcode' | 'records' | 'error'> {
  const rcode = /server can't find [^:\n]+: (\w+)/i.exec(text)?.[1]?.toUpperCase();
  // Busybox says so for a name without records of this type.
  const isEmpty = /No answer|Can't find [^:\n]+: No answer/i.test(text);
  if (rcode !== undefined && rcode !== 'NOERROR') return { outcome: 'answered', rcode, records: [] };
  const records = sortRecords(recordsOf(text, type));
  if (records.length > 0 || isEmpty) return { outcome: 'answered', rcode: 'NOERROR', records };
  if (/connection refused/i.test(text)) return { outcome: 'refused' };
  if (/timed out|no servers could be reached|no response/i.test(text)) return { outcome: 'timeout' };
  if (/unreachable|no route/i.test(text)) return { outcome: 'unreachable' };
  return { outcome: 'failed', error: text.trim().split('\n').at(-1)?.slice(0, 200) ?? 'it printed nothing' };
}

function recordsOf(text: string, type: string): { type: string; data: string }[] {
  // The server's own address stands before the first name.
  const start = text.search(/^(Name:|\S+\s+(canonical name|name|service) =)/m);
  if (start < 0) return [];
  return text
    .slice(start)
    .split('\n')
    .flatMap((line) => {
      const address = parseIp(/^Address(?: \d+)?:\s*(\S+)/.exec(line)?.[1]?.replace(/#\d+$/, '') ?? '');
      if (address !== undefined) {
        const own = typeof address === 'number' ? 'A' : 'AAAA';
        return own === type ? [{ type: own, data: formatIp(address) }] : [];
      }
      const alias = /canonical name = (\S+)/.exec(line)?.[1];
      if (alias !== undefined) return [{ type: 'CNAME', data: bareName(alias) }];
      const pointer = /\sname = (\S+)/.exec(line)?.[1];
      if (pointer !== undefined && type === 'PTR') return [{ type: 'PTR', data: bareName(pointer) }];
      const server = /service = \d+ \d+ (\d+) (\S+)/.exec(line);
      if (server && type === 'SRV')
        return [{ type: 'SRV', data: `${server[1]} ${bareName(server[2] ?? '')}` }];
      return [];
    });
}
