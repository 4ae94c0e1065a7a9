import { Agent, request } from 'node:https';
import { apiAt, managementAddress } from './layout.ts';
import { pause, slow } from '../machine/run.ts';
import { UserError } from '../user-error.ts';

/** Any API object: only what the lab reads is named. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
}

const agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
/** The administrator's token; a lab is thrown away, its secrets are none. */
export const adminToken = 'admintoken';

/** One request to the lab's API server as its administrator; tried again where the connection broke or the server was too slow. Status 0: no connection. */
export async function ask(
  method: string,
  path: string,
  body?: unknown,
  contentType: string = 'application/json',
): Promise<ApiAnswer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await askOnce(method, path, body, contentType);
    const passes = answer.status === 0 || answer.status === 429 || answer.status >= 503;
    if (!passes || tries === 4 || answer.text.includes('ECONNREFUSED')) return answer;
    await pause(1000);
  }
}

function askOnce(method: string, path: string, body: unknown, contentType: string): Promise<ApiAnswer> {
  return new Promise((resolve) => {
    const req = request(
      `${apiAt(managementAddress)}${path}`,
      { method, agent, headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': contentType } },
      (res) => {
        const parts: Buffer[] = [];
        res.on('data', (b: Buffer) => parts.push(b));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      },
    );
    req.setTimeout(20_000 * Math.min(slow, 3), () => req.destroy());
    req.on('error', (e) => resolve({ status: 0, text: e.message }));
    req.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  Endpoints: 'endpoints',
  Ingress: 'ingresses',
};
const clusterScoped = new Set(['Namespace', 'Node', 'ClusterRole', 'ClusterRoleBinding']);

/** The path of a kind's collection, e.g. `/apis/apps/v1/namespaces/shop/deployments`. */
export function collectionPath(apiVersion: string, kind: string, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  const scope = clusterScoped.has(kind) || namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${root}${scope}/${plural}`;
}

function objectPath(object: ApiObject): string {
  const { apiVersion = '', kind = '', metadata = {} } = object;
  const namespace = metadata.namespace ?? 'default';
  return `${collectionPath(apiVersion, kind, namespace)}/${metadata.name ?? ''}`;
}

function accept(answer: ApiAnswer, what: string): ApiAnswer {
  if (answer.status < 200 || answer.status > 299) {
    throw new UserError(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  }
  return answer;
}

/** Server-side apply of objects, in order; throws a `UserError` with the server's words. */
export async function apply(objects: readonly ApiObject[]): Promise<void> {
  for (const object of objects) {
    const path = `${objectPath(object)}?fieldManager=lab&force=true`;
    const answer = await ask('PATCH', path, object, 'application/apply-patch+yaml');
    accept(answer, `apply ${object.kind} ${object.metadata?.name}`);
  }
}

/** Replaces an object as a whole (delete, then create): heals whatever was changed by hand. */
export async function recreate(object: ApiObject): Promise<void> {
  await remove(object);
  const { apiVersion = '', kind = '', metadata = {} } = object;
  for (let tries = 0; ; tries += 1) {
    const answer = await ask('POST', collectionPath(apiVersion, kind, metadata.namespace), object);
    if (answer.status !== 409 || tries > 50) {
      accept(answer, `create ${kind} ${metadata.name}`);
      return;
    }
    await new Promise((r) => setTimeout(r, 200));
  }
}

/** Deletes an object at once; one that is not there is no error. */
export async function remove(object: ApiObject): Promise<void> {
  const answer = await ask('DELETE', `${objectPath(object)}?gracePeriodSeconds=0`);
  if (answer.status !== 404) accept(answer, `delete ${object.kind} ${object.metadata?.name}`);
}

/** A patch of an object: JSON merge patch, or a list of JSON patch operations. */
export async function patch(
  kind: string,
  namespace: string,
  name: string,
  change: unknown,
  options: { readonly apiVersion?: string; readonly subresource?: string } = {},
): Promise<void> {
  const path = collectionPath(options.apiVersion ?? 'v1', kind, namespace);
  const type = Array.isArray(change) ? 'application/json-patch+json' : 'application/merge-patch+json';
  const tail = options.subresource === undefined ? '' : `/${options.subresource}`;
  accept(await ask('PATCH', `${path}/${name}${tail}`, change, type), `patch ${kind} ${name}`);
}

/** The objects of a kind, all namespaces or one, as the server gives them. */
export async function list(
  apiVersion: string,
  kind: string,
  namespace?: string,
  query: string = '',
): Promise<ApiObject[]> {
  const answer = accept(
    await ask('GET', `${collectionPath(apiVersion, kind, namespace)}${query === '' ? '' : `?${query}`}`),
    `list ${kind}`,
  );
  return (JSON.parse(answer.text) as { items: ApiObject[] | null }).items ?? [];
}

/** One object, or undefined where it does not exist. */
export async function get(
  apiVersion: string,
  kind: string,
  namespace: string | undefined,
  name: string,
): Promise<ApiObject | undefined> {
  const answer = await ask('GET', `${collectionPath(apiVersion, kind, namespace)}/${name}`);
  if (answer.status === 404) return undefined;
  return JSON.parse(accept(answer, `get ${kind} ${name}`).text) as ApiObject;
}
