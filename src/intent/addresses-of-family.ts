import { type Ip, type IpFamily, familyOf, parseIp } from '../model/address.ts';
import { type Cidr, parseCidr } from '../model/cidr.ts';

/** Those of `texts` that are addresses of `family`, in order; others are left out, as kube-proxy does. */
export function addressesOfFamily(texts: Iterable<string | undefined>, family: IpFamily): Ip[] {
  const addresses: Ip[] = [];
  for (const text of texts) {
    const address = text === undefined ? undefined : parseIp(text);
    if (address !== undefined && familyOf(address) === family) addresses.push(address);
  }
  return addresses;
}

/** Those of `texts` that are prefixes of `family`, in order; blanks around them are ignored. */
export function cidrsOfFamily(texts: Iterable<string | undefined>, family: IpFamily): Cidr[] {
  const cidrs: Cidr[] = [];
  for (const text of texts) {
    const cidr = text === undefined ? undefined : parseCidr(text.trim());
    if (cidr !== undefined && familyOf(cidr.first) === family) cidrs.push(cidr);
  }
  return cidrs;
}
