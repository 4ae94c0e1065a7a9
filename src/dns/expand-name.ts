import type { ResolvConf } from './parse-resolv-conf.ts';

/**
 * The names a resolver tries for `name`, in order, lower case, without trailing dots; the first that exists is the answer. A name
 * that ends in a dot is tried alone. *Source:* resolv.conf(5) as glibc does it. *Limits:* musl tries a name with `ndots` dots or more only as it stands.
 */
export function expandName(name: string, { search, ndots }: ResolvConf): string[] {
  const own = name.toLowerCase().replace(/\.$/, '');
  if (name.endsWith('.')) return [own];
  const searched = search.map((domain) => (domain === '' ? own : `${own}.${domain}`));
  const dots = own.split('.').length - 1;
  const tried = dots >= ndots ? [own, ...searched] : [...searched, own];
  return [...new Set(tried)];
}
