/** What a resolv.conf asks for. *Source:* resolv.conf(5). */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  /** Lower case, without trailing dots; the last `search` or `domain` line counts. */
  readonly search: readonly string[];
  /** Names with fewer dots are first tried with the search list; 1 by default. */
  readonly ndots: number;
}

/** Reads a resolv.conf. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (key === 'nameserver' && values[0] !== undefined) nameservers.push(values[0]);
    if (key === 'search' || key === 'domain')
      search = values.map((each) => each.toLowerCase().replace(/\.$/, ''));
    for (const option of key === 'options' ? values : [])
      if (option.startsWith('ndots:')) ndots = Number(option.slice(6));
  }
  return { nameservers, search, ndots };
}

/** The cluster domain that a pod's search list implies: what follows `svc.`; undefined where it has none. */
export function clusterDomainOf({ search }: ResolvConf): string | undefined {
  return search.find((each) => each.startsWith('svc.'))?.slice(4);
}
