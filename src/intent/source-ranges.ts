import type { IpFamily } from '../model/address.ts';
import type { Cidr } from '../model/cidr.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import { cidrsOfFamily } from './addresses-of-family.ts';

/**
 * The sources that loadBalancerSourceRanges allow in `family`; empty means everybody, as does a list that holds all addresses.
 * *Source:* kubernetes v1.37 pkg/proxy/serviceport.go.
 */
export function sourceRangesOf({ spec }: Service, family: IpFamily): Cidr[] {
  const ranges = cidrsOfFamily(spec.loadBalancerSourceRanges ?? [], family);
  return ranges.some(({ prefix }) => prefix === 0) ? [] : ranges;
}
