import type { Attempt, ClusterAccess, Patience } from './cluster-access.ts';

/** So many objects are asked for at a time; kubectl's number. */
const PAGE = 500;

/** A list as the API server gave it, page by page: each is a whole List document. */
export interface ObjectList {
  readonly pages: readonly object[];
}

/** A List document. */
export interface ListPage {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly unknown[] | null;
}

/**
 * All objects under `path` (`/api/v1/pods?labelSelector=…`). Where the server forgot the list while it was read (410), it is read
 * anew, the second time in one piece. `trim` takes of each page what is kept, before the next is asked for. What was read of a list that broke off is not returned: half a list proves nothing.
 */
export async function listObjects(
  access: Pick<ClusterAccess, 'getJson'>,
  path: string,
  patience: Patience,
  trim: (page: ListPage, index: number) => ListPage = (page) => page,
): Promise<Attempt<ObjectList>> {
  for (const limit of [PAGE, PAGE, 0]) {
    const list = await readPages(access, path, limit, patience, trim);
    if (list.ok || list.failure.kind !== 'expired') return list;
  }
  return {
    ok: false,
    failure: { kind: 'expired', message: 'the list changed faster than it could be read' },
  };
}

async function readPages(
  access: Pick<ClusterAccess, 'getJson'>,
  path: string,
  limit: number,
  patience: Patience,
  trim: (page: ListPage, index: number) => ListPage,
): Promise<Attempt<ObjectList>> {
  const pages: object[] = [];
  let token = '';
  do {
    const answer = await access.getJson(withQuery(path, { limit, continue: token }), patience);
    if (!answer.ok) return answer;
    const page = answer.value as ListPage | null;
    if (typeof page !== 'object' || page === null || !('items' in page))
      return { ok: false, failure: { kind: 'failed', message: 'the answer is no list' } };
    pages.push(trim(page, pages.length));
    token = page.metadata?.continue ?? '';
  } while (token !== '');
  return { ok: true, value: { pages } };
}

function withQuery(path: string, query: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(query).filter(([, value]) => value !== '' && value !== 0);
  if (words.length === 0) return path;
  const text = words.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}
