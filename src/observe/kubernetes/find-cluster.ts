import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import { nearestName } from '../../model/nearest-name.ts';
import { UserError } from '../../model/user-error.ts';
import { type Kubeconfig, type KubeconfigUser, mergeKubeconfigs, readKubeconfig } from './kubeconfig.ts';
import { proxyFor } from './proxy-for.ts';

/** Which cluster is meant, in kubectl's words. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The user to act as. */
  readonly as?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A cluster, and as whom to ask it. */
export interface FoundCluster {
  readonly cluster: Cluster;
  /** Without anything but a name where the kubeconfig says nothing of it. */
  readonly user: KubeconfigUser;
  /** The namespace that is meant where none is named. */
  readonly namespace?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The cluster that `choice` means, as kubectl would find it: the kubeconfig named, $KUBECONFIG, ~/.kube/config, else the service account of the pod that this
 * runs in. Throws a `UserError` where there is none, or not that context.
 */
export function findCluster({ kubeconfig, context, as, env }: ClusterChoice): FoundCluster {
  const config = readFiles(kubeconfig, env) ?? ownCluster(env);
  if (config === undefined)
    throw new UserError(
      'no cluster is named: there is no kubeconfig here',
      'give --kubeconfig FILE, or --from PATH for files that were captured',
    );
  const names = config.contexts.map(({ name }) => name);
  const wanted = context ?? config.currentContext;
  const chosen = config.contexts.find(({ name }) => name === wanted);
  if (chosen === undefined && context !== undefined) {
    const near = nearestName(context, names);
    throw new UserError(
      `there is no context "${context}"${near === undefined ? '' : `; did you mean ${near}?`}`,
      `the kubeconfig has ${names.join(', ') || 'none'}`,
    );
  }
  const cluster = config.clusters.find(({ name }) => name === chosen?.cluster);
  const server = cluster && URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (cluster === undefined || server === undefined)
    throw new UserError(
      chosen === undefined
        ? 'the kubeconfig names no current context'
        : `the kubeconfig names no server for context "${chosen.name}"`,
      `give --context NAME: ${names.join(', ') || 'it has none'}`,
    );
  const user = config.users.find(({ name }) => name === chosen?.user) ?? { name: chosen?.user ?? '' };
  const proxy = cluster.proxyUrl ?? proxyFor(server, env);
  return {
    cluster: { ...cluster, ...(proxy === undefined ? {} : { proxyUrl: proxy }) },
    user: { ...user, ...(as === undefined ? {} : { impersonateUser: as }) },
    ...(chosen?.namespace === undefined ? {} : { namespace: chosen.namespace }),
  };
}

function readFiles(kubeconfig: string | undefined, env: ClusterChoice['env']): Kubeconfig | undefined {
  const home = env['HOME'] ?? env['USERPROFILE'];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const files = kubeconfig === undefined ? listed : [kubeconfig];
  if (files.length === 0 && home !== undefined && existsSync(join(home, '.kube', 'config')))
    files.push(join(home, '.kube', 'config'));
  // Of several, those that are not there are none of the user's mistakes: shells list files of machines that have some.
  const there = files.length > 1 ? files.filter((file) => existsSync(file)) : files;
  const [missing] = files;
  if (missing !== undefined && there.length === 0) return readFile(missing);
  return there.length === 0 ? undefined : mergeKubeconfigs(there.map(readFile));
}

function readFile(file: string): Kubeconfig {
  try {
    return readKubeconfig(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : (message.split('\n')[0] ?? '');
    throw new UserError(`${file}: no kubeconfig: ${why}`, 'give --kubeconfig FILE');
  }
}

/** The cluster of the pod that this runs in. *Source:* kubernetes v1.37 `client-go/rest/config.go`, InClusterConfig. */
function ownCluster(env: ClusterChoice['env']): Kubeconfig | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const tokenFile = `${SERVICE_ACCOUNT}/token`;
  if (host === undefined || !existsSync(tokenFile)) return undefined;
  const name = 'in-cluster';
  const namespace = existsSync(`${SERVICE_ACCOUNT}/namespace`)
    ? readFileSync(`${SERVICE_ACCOUNT}/namespace`, 'utf8').trim()
    : 'default';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    clusters: [{ name, server, caFile: `${SERVICE_ACCOUNT}/ca.crt`, skipTLSVerify: false }],
    users: [{ name, tokenFile }],
    contexts: [{ name, cluster: name, user: name, namespace }],
    currentContext: name,
  };
}
