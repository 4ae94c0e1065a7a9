import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { nearestName } from '../../model/nearest-name.ts';
import { UserError } from '../../model/user-error.ts';

/** Which cluster is meant, in kubectl's words. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The user to act as. */
  readonly as?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The kubeconfig that `choice` means, as kubectl would find it: the file named, $KUBECONFIG, ~/.kube/config, else the service account of the pod that this
 * runs in. Throws a `UserError` where there is none, or not that context.
 */
export function findCluster({ kubeconfig, context, as, env }: ClusterChoice): KubeConfig {
  const config = new KubeConfig();
  const files = (kubeconfig ?? env['KUBECONFIG'] ?? '').split(':').filter((file) => file !== '');
  const home = env['HOME'] ?? env['USERPROFILE'];
  const usual = home === undefined ? undefined : join(home, '.kube', 'config');
  if (files.length === 0 && usual !== undefined && existsSync(usual)) files.push(usual);
  if (files.length > 0) files.forEach((file, index) => loadFile(config, file, index > 0));
  else if (existsSync(SERVICE_ACCOUNT)) config.loadFromCluster();
  else
    throw new UserError(
      'no cluster is named: there is no kubeconfig here',
      'give --kubeconfig FILE, or --from PATH for files that were captured',
    );
  if (context !== undefined) chooseContext(config, context);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new UserError(
      `the kubeconfig names no current context`,
      `give --context NAME: ${
        config
          .getContexts()
          .map(({ name }) => name)
          .join(', ') || 'it has none'
      }`,
    );
  const user = config.getCurrentUser();
  if (as !== undefined && user !== null) Object.assign(user, { impersonateUser: as });
  const proxy = cluster.proxyUrl === undefined ? proxyFor(new URL(cluster.server), env) : undefined;
  if (proxy !== undefined) Object.assign(cluster, { proxyUrl: proxy });
  // The library refuses plain HTTP unless checks of certificates, of which there are none, are off.
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  return config;
}

function loadFile(config: KubeConfig, file: string, isFurther: boolean): void {
  try {
    if (!isFurther) return config.loadFromFile(file);
    const further = new KubeConfig();
    further.loadFromFile(file);
    config.mergeConfig(further, true);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'no such file' : (message.split('\n')[0] ?? '');
    throw new UserError(`${file}: no kubeconfig: ${why}`, 'give --kubeconfig FILE');
  }
}

function chooseContext(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    const near = nearestName(context, names);
    throw new UserError(
      `there is no context "${context}"${near === undefined ? '' : `; did you mean ${near}?`}`,
      `the kubeconfig has ${names.join(', ') || 'none'}`,
    );
  }
  config.setCurrentContext(context);
}

/** The HTTP proxy that the environment names for `server`. *Source:* golang.org/x/net/http/httpproxy, which kubectl asks. */
function proxyFor({ protocol, hostname }: URL, env: ClusterChoice['env']): string | undefined {
  const of = (name: string): string => env[name] ?? env[name.toLowerCase()] ?? '';
  const proxy = of(protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY');
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (proxy === '' || isLocal) return undefined;
  const exceptions = of('NO_PROXY')
    .split(',')
    .map((text) => text.trim().toLowerCase());
  const isExcepted = exceptions.some(
    (exception) =>
      exception === '*' ||
      (exception !== '' &&
        (hostname === exception || hostname.endsWith(`.${exception.replace(/^\*?\./, '')}`))),
  );
  return isExcepted ? undefined : proxy;
}
