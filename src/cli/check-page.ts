import { readFile } from 'node:fs/promises';

/** The pages lie beside the checks in the sources, and in `pages/` beside `chunks/`, where this code is, in the shipped program. */
const folder = new URL(import.meta.url.endsWith('.ts') ? '../checks/' : '../pages/', import.meta.url);

/** The page of the check `id`, in Markdown; empty where it was not shipped. */
export async function readCheckPage(id: string): Promise<string> {
  try {
    return await readFile(new URL(`${id}.md`, folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
