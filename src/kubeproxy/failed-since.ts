import type { IpFamily } from '../model/address.ts';
import type { KubeProxyState } from '../world/kube-proxy-state.ts';

/** Clocks and buffers may let a line seem this much younger than the moment at which the log was read. */
const SLACK_SECONDS = 2;

/**
 * Whether kube-proxy's log tells that it tried to write the rules of `family` after `since` (Unix seconds) and could not: what is pending
 * then is more than late.
 *
 * *Limits:* klog tells neither year nor zone. The year is that of `readAt`, the zone UTC; lines of another zone fall out of the window.
 * *Source:* `Sync failed` in syncProxyRules of kubernetes v1.37 pkg/proxy/{iptables,nftables}/proxier.go; klog's header.
 */
export function failedSince({ log, readAt }: KubeProxyState, family: IpFamily, since: number): boolean {
  const now = readAt === undefined ? Number.NaN : Date.parse(readAt) / 1000;
  if (log === undefined || Number.isNaN(now)) return false;
  return log.text.split('\n').some((line) => {
    if (!line.includes('Sync failed')) return false;
    const told = /ipFamily"?[=:]"?(IPv[46])/.exec(line)?.[1];
    const at = secondsOf(line, new Date(now * 1000).getUTCFullYear());
    return (told ?? family) === family && at !== undefined && at > since && at < now + SLACK_SECONDS;
  });
}

/** When a line was logged: `I1130 12:17:19.369071 …`, or `{"ts":1796041039369.071,…` in milliseconds. */
function secondsOf(line: string, year: number): number | undefined {
  const json = /^\{"ts":(\d+(?:\.\d+)?)/.exec(line)?.[1];
  if (json !== undefined) return Number(json) / 1000;
  const [, month, day, time] = /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d+)/.exec(line) ?? [];
  return time === undefined ? undefined : Date.parse(`${year}-${month}-${day}T${time}Z`) / 1000;
}
