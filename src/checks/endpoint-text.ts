import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';

/** An endpoint as findings name it: `10.244.1.9:8080 (pod shop/web-1)`. */
export function endpointText({ address, port, pod }: Endpoint): string {
  return `${formatAddressPort(address, port)}${pod === undefined ? '' : ` (pod ${pod})`}`;
}
