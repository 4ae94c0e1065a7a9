import { formatAddressPort } from '../model/address.ts';
import type { Verdict } from '../model/finding.ts';
import type { Verification } from '../verify/discrepancy.ts';
import { distinctEndpoints } from '../verify/distinct-endpoints.ts';
import { describeClients } from '../verify/describe-clients.ts';
import type { Cause } from './diagnosis.ts';
import { isFailing, isWanted, stateOf, worksOf } from './symptom.ts';

/** The first line's words after the verdict: who gets what. */
export function headlineOf(
  verdict: Verdict,
  verifications: readonly Verification[],
  causes: readonly Cause[],
): string {
  const wanted = verifications.filter(isWanted);
  switch (verdict) {
    case 'healthy':
      return healthy(wanted, verifications.length > wanted.length && verifications.some(isKeptOut));
    case 'unknown':
      if (causes.length > 0)
        return 'nothing is proved to be wrong, but something may be (below), and not everything that would show it was seen';
      return 'nothing wrong found, but not everything that would show it was seen (why, and what would change that, below)';
    case 'broken':
      return broken(wanted, causes);
    case 'degraded':
      return degraded(wanted, causes);
  }
}

function isKeptOut({ expectation }: Verification): boolean {
  return expectation.deniedBy === 'NetworkPolicy';
}

function healthy(wanted: readonly Verification[], isRestricted: boolean): string {
  if (wanted.length === 0) return 'it is as its objects ask for';
  const endpoints = distinctEndpoints(wanted);
  if (isRestricted) return `every client that NetworkPolicies let in reaches ${allOf(endpoints.size)}`;
  const isExternal = wanted.some(({ expectation }) => expectation.vantage.kind === 'external');
  return `every pod${isExternal ? ', every node and outside clients reach' : ' and every node reaches'} ${allOf(endpoints.size)}`;
}

function allOf(count: number): string {
  return `all of ${count} ${count === 1 ? 'endpoint' : 'endpoints'}`;
}

function broken(wanted: readonly Verification[], causes: readonly Cause[]): string {
  const refused = wanted.every(({ expectation }) => expectation.outcome === 'refuse');
  if (wanted.length > 0 && refused) return 'every connection is refused, from everywhere';
  if (wanted.length > 0 && wanted.every((verification) => stateOf(verification) === 'fails')) {
    return 'no connection works, from anywhere';
  }
  return causes[0]?.summary ?? 'it cannot work as it is';
}

function degraded(wanted: readonly Verification[], causes: readonly Cause[]): string {
  const failing = wanted.filter(isFailing);
  if (failing.length === 0) return causes[0]?.summary ?? 'some connections fail';
  const groups = new Map<string, Verification[]>();
  for (const verification of [...failing].sort((a, b) => worksOf(a)[1] - worksOf(b)[1])) {
    const text = failureText(1 - worksOf(verification)[1]);
    groups.set(text, [...(groups.get(text) ?? []), verification]);
  }
  const spared = new Set(wanted.filter((verification) => !isFailing(verification)).map(clientOf));
  const parts = [...groups].map(([text, own]) => {
    const clients = describeClients(own.map(({ expectation }) => expectation.vantage));
    const isElsewhereFine = own.every((verification) => spared.has(clientOf(verification)));
    return `${isElsewhereFine ? text.replace(/ fails?$/, (fails) => ` to ${addressesOf(own, wanted)}${fails}`) : text} from ${clients}`;
  });
  const everywhere = failing.length === wanted.length ? '' : ', none elsewhere';
  return `${parts.join('; ')}${everywhere}`;
}

function clientOf({ expectation: { vantage } }: Verification): string {
  return `${vantage.kind} ${vantage.node} ${vantage.pod ?? ''}`;
}

/** The Service's addresses and ports that `own` is about: the same clients reach others. */
function addressesOf(own: readonly Verification[], all: readonly Verification[]): string {
  const distinct = (of: readonly Verification[]): string[] => [
    ...new Set(of.map(({ expectation: { frontend } }) => formatAddressPort(frontend.address, frontend.port))),
  ];
  const addresses = distinct(own);
  return addresses.length <= 2
    ? addresses.join(' and ')
    : `${addresses.length} of ${distinct(all).length} addresses`;
}

function failureText(share: number): string {
  if (share > 1 - 1e-6) return 'every connection fails';
  for (let n = 2; n <= 12; n++) {
    const k = Math.round(share * n);
    if (k > 0 && k < n && Math.abs(share - k / n) < 0.005)
      return `${k} of ${n} connections ${k === 1 ? 'fails' : 'fail'}`;
  }
  const percent = Math.round(share * 100);
  return `${percent === 100 ? '>99' : percent === 0 ? '<1' : percent} % of connections fail`;
}
