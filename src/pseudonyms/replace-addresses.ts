import { type Ip, formatIp, parseIp } from '../model/address.ts';
import { sha256 } from '../model/sha256.ts';
import { changeUndone, done } from './done.ts';
import { permuteText } from './permute-address.ts';

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?!\.?\d)/g;
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{1,4})?(?:\/\d{1,3})?(?![\w:])/gi;
const MAC = /(?<![\w:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:])/gi;
/** How JSON writes a prefix: its address and its length apart. *Source:* libnftables-json(5). */
const JSON_PREFIX = /("addr":\s*")([^"]+)("\s*,\s*"len":\s*)(\d+)/g;
/** /proc/net/ip_vs: address and port in hexadecimal. */
const HEX = /\b([0-9A-F]{8}):([0-9A-F]{4})\b/g;

/** `text` with every address, prefix and hardware address in it replaced that is not marked as done; `isHex` where addresses are written as in /proc/net/ip_vs. */
export function replaceAddresses(
  text: string,
  permute: (address: Ip) => Ip,
  seed: string,
  isHex: boolean = false,
): string {
  const replace = (found: string): string => permuteText(permute, found) ?? found;
  const marked = text.replace(
    JSON_PREFIX,
    (all, before: string, host: string, between: string, length: string) => {
      const image = permuteText(permute, `${host}/${length}`);
      return image === undefined ? all : `${before}${done(image.split('/')[0] ?? '')}${between}${length}`;
    },
  );
  const spelled = changeUndone(marked, (part) =>
    part.replace(MAC, macBy(seed)).replace(IPV4, replace).replace(IPV6, replace),
  );
  return isHex
    ? spelled.replace(HEX, (all, host: string, port: string) => hexOf(permute, host, port) ?? all)
    : spelled;
}

function hexOf(permute: (address: Ip) => Ip, host: string, port: string): string | undefined {
  const address = parseIp([0, 2, 4, 6].map((at) => Number.parseInt(host.slice(at, at + 2), 16)).join('.'));
  if (address === undefined) return undefined;
  const bytes = formatIp(permute(address)).split('.');
  return `${bytes.map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase()).join('')}:${port}`;
}

/** Another hardware address: some plugins write the pod's address into it. Addresses of groups stay. */
function macBy(seed: string): (mac: string) => string {
  return (mac) => {
    const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
    if (isGroup || /^(00:){5}00$/.test(mac)) return mac;
    const digest = sha256(`${seed} mac ${mac.toLowerCase()}`).subarray(0, 5);
    return ['02', ...Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'))].join(':');
  };
}
