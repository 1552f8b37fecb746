import type { UnsentPage } from '@tocsin/contracts';
import type { OpsApi } from '../api.ts';

/** Maximum number of pages to request, enough for every reader in the server's list. */
const MAX_PAGES = 10;

/** Loads the first page with fallbacks. Pages can be empty if fallbacks were just resent or can't be read. */
export async function firstPage(api: Pick<OpsApi, 'unsent'>): Promise<UnsentPage> {
  let page = await api.unsent();
  for (let read = 1; read < MAX_PAGES && page.fallbacks.length === 0 && page.next !== null; read++) {
    const { unreadable } = page;
    page = await api.unsent(page.next);
    page = { ...page, unreadable: unreadable + page.unreadable };
  }
  return page;
}
