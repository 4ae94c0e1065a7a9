import { type Ip, formatAddressPort, formatIp } from '../model/address.ts';
import { sha256 } from '../model/sha256.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first `length` characters of base32(sha256(text)), RFC 4648 upper case. */
export function hashName(text: string, length: number): string {
  const digest = sha256(text);
  let name = '';
  let bits = 0;
  let held = 0;
  for (const byte of digest) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && name.length < length) {
      bits -= 5;
      name += ALPHABET[(held >>> bits) & 31];
    }
    held &= 0xff;
  }
  return name;
}

/** A Service port as kube-proxy names it in comments and hashes: `namespace/name:port`, without `:port` where unnamed. */
export function servicePortName(service: string, portName: string): string {
  return portName === '' ? service : `${service}:${portName}`;
}

/** The part behind `KUBE-SVC-`, `KUBE-SVL-`, `KUBE-EXT-`, `KUBE-FW-`; `protocol` in lower case. *Source:* `portProtoHash`, kubernetes v1.37 pkg/proxy/iptables/proxier.go. */
export function serviceHash(service: string, portName: string, protocol: string): string {
  return hashName(servicePortName(service, portName) + protocol, 16);
}

/** `KUBE-SEP-…` of one endpoint. *Source:* `servicePortEndpointChainName`, the same file. */
export function endpointChain(
  service: string,
  portName: string,
  protocol: string,
  address: Ip,
  port: number,
): string {
  return `KUBE-SEP-${hashName(servicePortName(service, portName) + protocol + formatAddressPort(address, port), 16)}`;
}

/** What follows `service-`, `local-`, `external-`, `firewall-` in nftables mode. *Source:* `servicePortChainNameBase`, pkg/proxy/nftables/proxier.go. */
export function nftServiceBase(service: string, portName: string, protocol: string): string {
  return hashAndTruncate(`${service}/${protocol}/${portName}`);
}

/** What follows `endpoint-` and `affinity-` in nftables mode. *Source:* `servicePortEndpointChainNameBase`, the same file. */
export function nftEndpointBase(
  service: string,
  portName: string,
  protocol: string,
  address: Ip,
  port: number,
): string {
  return hashAndTruncate(
    `${service}/${protocol}/${portName}__${formatIp(address).replaceAll(':', '.')}/${port}`,
  );
}

function hashAndTruncate(name: string): string {
  const base = `${hashName(name, 8)}-${name}`;
  return base.length > 240 ? `${base.slice(0, 237)}...` : base;
}
