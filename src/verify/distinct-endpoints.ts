import { formatAddressPort } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';
import type { Verification } from './discrepancy.ts';

/** The endpoints that are promised to anybody, by address and port. Many clients are promised the very same list, which is looked at once. */
export function distinctEndpoints(verifications: readonly Verification[]): ReadonlyMap<string, Endpoint> {
  let distinct = known.get(verifications);
  if (distinct === undefined) known.set(verifications, (distinct = collect(verifications)));
  return distinct;
}

// Many checks of one Service ask for the same.
const known = new WeakMap<readonly Verification[], ReadonlyMap<string, Endpoint>>();

function collect(verifications: readonly Verification[]): ReadonlyMap<string, Endpoint> {
  const distinct = new Map<string, Endpoint>();
  for (const endpoints of new Set(verifications.map(({ expectation }) => expectation.endpoints)))
    for (const endpoint of endpoints)
      distinct.set(formatAddressPort(endpoint.address, endpoint.port), endpoint);
  return distinct;
}
