import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';

/** What kubeconfigs say, in the words of the library that knows the rarer ways to authenticate. */
export interface Kubeconfig {
  readonly clusters: readonly Cluster[];
  readonly users: readonly KubeconfigUser[];
  readonly contexts: readonly Context[];
  readonly currentContext?: string;
}

/** A user; with the file of its token, which is read whenever credentials are asked for. */
export type KubeconfigUser = User & { readonly tokenFile?: string };

type Entry = Readonly<Record<string, unknown>>;

/** Reads a kubeconfig; files that it names stand relative to it. Throws where it is none. *Source:* kubernetes v1.37 `client-go/tools/clientcmd/api/v1/types.go`. */
export function readKubeconfig(file: string): Kubeconfig {
  const text = readFileSync(file, 'utf8');
  // Parsing YAML costs as much as a request; kubectl's own `-o json` needs none.
  const config = (/^\s*\{/.test(text) ? JSON.parse(text) : parse(text)) as Entry | null;
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new Error('it is empty');
  const path = (value: unknown): string | undefined => {
    const name = textOf(value);
    return name === undefined ? undefined : resolve(dirname(file), name);
  };
  const currentContext = textOf(config['current-context']);
  return {
    clusters: entriesOf(config, 'clusters', 'cluster').map(([name, cluster]) =>
      known<Cluster>({
        name,
        server: (textOf(cluster['server']) ?? '').replace(/\/$/, ''),
        caData: textOf(cluster['certificate-authority-data']),
        caFile: path(cluster['certificate-authority']),
        skipTLSVerify: cluster['insecure-skip-tls-verify'] === true,
        tlsServerName: textOf(cluster['tls-server-name']),
        proxyUrl: textOf(cluster['proxy-url']),
      }),
    ),
    users: entriesOf(config, 'users', 'user').map(([name, user]) =>
      known<KubeconfigUser>({
        name,
        certData: textOf(user['client-certificate-data']),
        certFile: path(user['client-certificate']),
        keyData: textOf(user['client-key-data']),
        keyFile: path(user['client-key']),
        token: textOf(user['token']),
        tokenFile: path(user['tokenFile']),
        username: textOf(user['username']),
        password: textOf(user['password']),
        impersonateUser: textOf(user['as']),
        exec: user['exec'] ?? undefined,
        authProvider: user['auth-provider'] ?? undefined,
      }),
    ),
    contexts: entriesOf(config, 'contexts', 'context').map(([name, context]) =>
      known<Context>({
        name,
        cluster: textOf(context['cluster']) ?? '',
        user: textOf(context['user']) ?? '',
        namespace: textOf(context['namespace']),
      }),
    ),
    ...(currentContext === undefined ? {} : { currentContext }),
  };
}

/** Several kubeconfigs as one: of entries with the same name, and of current contexts, the first counts, as in kubectl. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const current = configs.find(({ currentContext }) => currentContext !== undefined)?.currentContext;
  const firstOf = <T extends { readonly name: string }>(pick: (config: Kubeconfig) => readonly T[]): T[] =>
    [
      ...new Map(
        configs
          .flatMap(pick)
          .reverse()
          .map((each) => [each.name, each]),
      ).values(),
    ].reverse();
  return {
    clusters: firstOf(({ clusters }) => clusters),
    users: firstOf(({ users }) => users),
    contexts: firstOf(({ contexts }) => contexts),
    ...(current === undefined ? {} : { currentContext: current }),
  };
}

/** The named things of a list, each with what it is about; what has no name is none. */
function entriesOf(config: Entry, list: string, member: string): [name: string, entry: Entry][] {
  const entries = config[list];
  if (!Array.isArray(entries)) return [];
  return (entries as (Entry | null)[]).flatMap((each): [string, Entry][] => {
    const name = textOf(each?.['name']);
    return name === undefined ? [] : [[name, (each?.[member] ?? {}) as Entry]];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `value` without members that are undefined. */
function known<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
