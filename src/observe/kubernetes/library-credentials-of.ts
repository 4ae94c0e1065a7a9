import { Agent, type AgentOptions, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { FoundCluster } from './find-cluster.ts';

/** As `credentialsOf`, by way of the Kubernetes library: it runs credential plugins, asks cloud providers and speaks to proxies. */
export async function libraryCredentialsOf({ cluster, user }: FoundCluster): Promise<RequestOptions> {
  const config = new KubeConfig();
  const isPlain = cluster.server.startsWith('http:');
  const name = 'chosen';
  config.loadFromOptions({
    // The library refuses plain HTTP unless checks of certificates, of which there are none, are off.
    clusters: [{ ...cluster, ...(isPlain ? { skipTLSVerify: true } : {}) }],
    users: [user],
    contexts: [{ name, cluster: cluster.name, user: user.name }],
    currentContext: name,
  });
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  if (cluster.proxyUrl !== undefined || isPlain) return options;
  // The library's agent makes a connection for each request.
  const { agent: _, headers: __, ...tls } = options;
  return { ...options, agent: new Agent({ ...(tls as AgentOptions), keepAlive: true }) };
}
