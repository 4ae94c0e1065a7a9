import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedServer, startApiServer } from './api-server-fixture.ts';
import { connectCluster } from './connect-cluster.ts';
import { type ClusterChoice, findCluster } from './find-cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** A kubeconfig of two clusters, as cloud tools write it. */
const yaml = (server: string, user: string): string => `apiVersion: v1
kind: Config
current-context: shop@one
clusters:
- name: one
  cluster: { server: "${server}/" }
- name: two
  cluster:
    server: https://two.example:6443
    certificate-authority: ca/two.pem
    tls-server-name: kubernetes
    proxy-url: http://proxy.example:3128
users:
- name: dev
  user: ${user}
contexts:
- name: shop@one
  context: { cluster: one, user: dev, namespace: shop }
- name: two
  context: { cluster: two, user: nobody }
- name: none
  context: { cluster: gone, user: dev }
`;
const find = (choice: Partial<ClusterChoice>) => findCluster({ env: {}, ...choice });

describe('findCluster', () => {
  const one = written('one', yaml('https://one.example:6443', '{ token: abc }'));

  it('takes the current context, with its namespace', () => {
    expect(find({ kubeconfig: one })).toEqual({
      cluster: { name: 'one', server: 'https://one.example:6443', skipTLSVerify: false },
      user: { name: 'dev', token: 'abc' },
      namespace: 'shop',
    });
  });

  it('takes the context that is asked for, with files beside the kubeconfig', () => {
    expect(find({ kubeconfig: one, context: 'two', as: 'eve' })).toEqual({
      cluster: {
        name: 'two',
        server: 'https://two.example:6443',
        caFile: join(folder, 'ca/two.pem'),
        skipTLSVerify: false,
        tlsServerName: 'kubernetes',
        proxyUrl: 'http://proxy.example:3128',
      },
      user: { name: 'nobody', impersonateUser: 'eve' },
    });
  });

  it('reads $KUBECONFIG as kubectl does: the first counts, files that are not there do not', () => {
    const json = written(
      'json',
      JSON.stringify({
        clusters: [
          { name: 'one', cluster: { server: 'https://other' } },
          { name: 'three', cluster: { server: 'https://three' } },
        ],
        contexts: [{ name: 'three', context: { cluster: 'three', user: 'dev' } }],
        'current-context': 'three',
      }),
    );
    const env = { KUBECONFIG: `${folder}/gone:${one}:${json}` };
    expect(find({ env }).cluster.server).toBe('https://one.example:6443');
    const three = find({ env, context: 'three' });
    expect([three.cluster.server, three.user.token]).toEqual(['https://three', 'abc']);
  });

  it('looks in the home folder', () => {
    mkdirSync(join(folder, '.kube'));
    writeFileSync(join(folder, '.kube', 'config'), yaml('https://home', '{}'));
    expect(find({ env: { HOME: folder } }).cluster.server).toBe('https://home');
  });

  it('asks through the proxy of the environment', () => {
    const env = { HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '.local' };
    expect(find({ kubeconfig: one, env }).cluster.proxyUrl).toBe('http://proxy:1');
    expect(
      find({ kubeconfig: one, env: { ...env, NO_PROXY: 'one.example' } }).cluster.proxyUrl,
    ).toBeUndefined();
  });

  it.each([
    [{}, 'no cluster is named: there is no kubeconfig here'],
    [{ kubeconfig: `${folder}/gone` }, 'gone: no kubeconfig: no such file'],
    [{ env: { KUBECONFIG: `${folder}/gone` } }, 'gone: no kubeconfig: no such file'],
    [{ kubeconfig: written('broken', 'a: [') }, 'broken: no kubeconfig: '],
    [{ kubeconfig: written('empty', '') }, 'empty: no kubeconfig: it is empty'],
    [{ kubeconfig: written('other', 'kind: Pod') }, 'the kubeconfig names no current context'],
    [{ kubeconfig: one, context: 'tow' }, 'there is no context "tow"; did you mean two?'],
    [{ kubeconfig: one, context: 'none' }, 'the kubeconfig names no server for context "none"'],
  ])('says what is wrong: %j', (choice, message) => {
    expect(() => find(choice)).toThrow(message);
  });
});

describe('credentials', () => {
  let server: SimulatedServer | undefined;
  afterEach(async () => await server?.stop());

  async function headersFor(user: string, more: Partial<ClusterChoice> = {}, count = 1) {
    const seen: Record<string, unknown>[] = [];
    const ports = new Set<number | undefined>();
    server = await startApiServer(({ headers }, response) => {
      seen.push(headers);
      ports.add(response.socket?.remotePort);
      return {};
    });
    const access = connectCluster(find({ kubeconfig: written('used', yaml(server.url, user)), ...more }));
    for (let index = 0; index < count; index++) {
      const answer = await access.getJson('/version', { timeoutMs: 5000 });
      if (!answer.ok) throw new Error(answer.failure.message);
    }
    return { seen, connections: ports.size };
  }

  it.each([
    ['{ token: abc }', { authorization: 'Bearer abc' }],
    [`{ tokenFile: ${written('token', 'from-file\n')} }`, { authorization: 'Bearer from-file' }],
    ['{ username: u, password: p }', { authorization: 'Basic dTpw' }],
    ['{ token: abc, as: eve }', { 'impersonate-user': 'eve' }],
  ])('sends %s', async (user, headers) => {
    expect((await headersFor(user)).seen[0]).toMatchObject(headers);
  });

  it('acts as who is named on the command line', async () => {
    const { seen } = await headersFor('{ token: abc, as: eve }', { as: 'mallory' });
    expect(seen[0]).toMatchObject({ 'impersonate-user': 'mallory', authorization: 'Bearer abc' });
  });

  it('asks a plugin for them', { timeout: 30_000 }, async () => {
    const plugin = written(
      'plugin',
      `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"by-plugin"}}'\n`,
    );
    chmodSync(plugin, 0o755);
    const user = `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never } }`;
    expect((await headersFor(user)).seen[0]).toMatchObject({ authorization: 'Bearer by-plugin' });
  });

  it('keeps the connection', async () => {
    expect((await headersFor('{ token: abc }', {}, 3)).connections).toBe(1);
  });

  it('says what cannot be read', async () => {
    await expect(headersFor(`{ tokenFile: ${folder}/gone }`)).rejects.toThrow(/no such file.*gone/);
  });
});
