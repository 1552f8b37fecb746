import type { Page } from '@tocsin/contracts';
import { fetchPage, type FetchPageOptions, type PageRequest } from '../../fetch-page.ts';
import type { NotificationClientOptions } from '../../types.ts';
import { defineStore } from './define-store.ts';

/** Where pages come from over REST, and as whom. */
export type Source = Pick<NotificationClientOptions, 'url' | 'getToken'>;

export const useSource = defineStore(() => {
  let source: Source = { url: '' };
  return {
    set(next: Source): void {
      source = next;
    },
    /** Throws what `fetchPage` and `getToken` throw. */
    async page(request: PageRequest, options: FetchPageOptions = {}): Promise<Page> {
      const token = await source.getToken?.();
      return fetchPage(source.url, request, { ...options, ...(token !== undefined && { token }) });
    },
  };
});
