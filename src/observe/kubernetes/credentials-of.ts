import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { FoundCluster } from './find-cluster.ts';

/**
 * TLS, credentials and an agent that keeps connections, for requests to `found`; files are read now. Credential plugins, cloud providers and proxies are left
 * to the Kubernetes library, which takes longer to load than a small cluster to answer.
 */
export async function credentialsOf(found: FoundCluster): Promise<RequestOptions> {
  const { cluster, user } = found;
  if (cluster.proxyUrl !== undefined || user.exec !== undefined || user.authProvider !== undefined) {
    const { libraryCredentialsOf } = await import('./library-credentials-of.ts');
    return await libraryCredentialsOf(found);
  }
  const isPlain = cluster.server.startsWith('http:');
  const token = user.tokenFile === undefined ? user.token : readFileSync(user.tokenFile, 'utf8').trim();
  return {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(user.impersonateUser === undefined ? {} : { 'impersonate-user': user.impersonateUser }),
    },
    ...(user.username === undefined ? {} : { auth: `${user.username}:${user.password ?? ''}` }),
    agent: isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent(tlsOf(found)),
  };
}

/** Certificates and keys are read once, not for each connection. */
function tlsOf({ cluster, user }: FoundCluster): AgentOptions {
  const ca = bytesOf(cluster.caData, cluster.caFile);
  const cert = bytesOf(user.certData, user.certFile);
  const key = bytesOf(user.keyData, user.keyFile);
  return {
    keepAlive: true,
    secureContext: createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}

/** What is written down itself counts before the file. */
function bytesOf(base64: string | undefined, file: string | undefined): Buffer | undefined {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return file === undefined ? undefined : readFileSync(file);
}
