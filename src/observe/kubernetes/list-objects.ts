import type { Attempt, ClusterAccess, Patience } from './cluster-access.ts';

/** So many objects are asked for at a time; kubectl's number. */
const PAGE = 500;

/** A List document, as the API server gives a list page by page. */
export interface ListPage {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly unknown[] | null;
}

/**
 * All objects under `path` (`/api/v1/pods?labelSelector=…`). Where the server forgot the list while it was read (410), it is read
 * anew, the second time in one piece. `keep` makes of each page what is kept; the next one is on its way meanwhile, and no other. What was read of a list that broke off is not returned: half a list proves nothing.
 */
export async function listObjects<Kept>(
  access: Pick<ClusterAccess, 'getJson'>,
  path: string,
  patience: Patience,
  keep: (page: ListPage, index: number) => Kept,
): Promise<Attempt<readonly Kept[]>> {
  for (const limit of [PAGE, PAGE, 0]) {
    const list = await readPages(access, path, limit, patience, keep);
    if (list.ok || list.failure.kind !== 'expired') return list;
  }
  return {
    ok: false,
    failure: { kind: 'expired', message: 'the list changed faster than it could be read' },
  };
}

async function readPages<Kept>(
  access: Pick<ClusterAccess, 'getJson'>,
  path: string,
  limit: number,
  patience: Patience,
  keep: (page: ListPage, index: number) => Kept,
): Promise<Attempt<readonly Kept[]>> {
  const ask = (token: string): Asked => {
    const asked: Asked = {
      answer: access.getJson(withQuery(path, { limit, continue: token }), {
        ...patience,
        onMore: (more) => {
          asked.next = { token: more, asked: ask(more) };
        },
      }),
    };
    return asked;
  };
  const pages: Kept[] = [];
  for (let asked = ask(''); ;) {
    const answer = await asked.answer;
    if (!answer.ok) return answer;
    const page = answer.value as ListPage | null;
    if (typeof page !== 'object' || page === null || !('items' in page))
      return { ok: false, failure: { kind: 'failed', message: 'the answer is no list' } };
    pages.push(keep(page, pages.length));
    const token = page.metadata?.continue ?? '';
    if (token === '') return { ok: true, value: pages };
    asked = asked.next?.token === token ? asked.next.asked : ask(token);
  }
}

/** A page that was asked for, and the one after it where that was, too. */
interface Asked {
  readonly answer: Promise<Attempt<unknown>>;
  next?: { readonly token: string; readonly asked: Asked };
}

function withQuery(path: string, query: Readonly<Record<string, string | number>>): string {
  const words = Object.entries(query).filter(([, value]) => value !== '' && value !== 0);
  if (words.length === 0) return path;
  const text = words.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}
