import { ProblemError, searchNotifications, type SearchRequest } from '@tocsin/client';
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { useConnection } from '../../stores/connection.ts';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useSource } from '../../stores/source.ts';
import { itemOf, useCurrent, type IsCurrent } from './use-current.ts';

/** Debounce delay while the reader types (ms). */
const DEBOUNCE_MS = 250;
const LIMIT = 50;

export type SearchStatus = 'idle' | 'searching' | 'done' | 'unavailable' | 'failed';

/**
 * Runs the search that `request` returns, or none if it returns `undefined`. When the search changes, cancels the
 * running one and starts the new one. A failed search runs again once the connection is live again.
 */
export function useSearch(request: () => SearchRequest | undefined) {
  const pages = shallowRef<readonly { items: readonly Item[]; isCurrent: IsCurrent }[]>([]);
  const found = computed(() => pages.value.flatMap(({ items, isCurrent }) => items.filter(isCurrent)));
  const createIsCurrent = useCurrent();
  const status = ref<SearchStatus>('idle');
  const more = ref(false);
  let cursor: string | undefined;
  let abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(query: SearchRequest, isNext: boolean): Promise<void> {
    const { signal } = abort;
    const isCurrent = createIsCurrent();
    status.value = 'searching';
    try {
      const next = { ...query, limit: LIMIT, ...(isNext && cursor !== undefined && { cursor }) };
      const page = await useSource().call(
        (url, clientId, options) => searchNotifications(url, clientId, next, options),
        { signal },
      );
      if (signal.aborted) return;
      pages.value = [...(isNext ? pages.value : []), { items: page.items.map(itemOf), isCurrent }];
      cursor = page.cursor;
      more.value = page.more && cursor !== undefined;
      status.value = 'done';
    } catch (error) {
      if (signal.aborted) return;
      // Older servers reject a search as an invalid request.
      const isUnknown = error instanceof ProblemError && [400, 404].includes(error.status);
      if (isNext && !isUnknown) {
        status.value = 'done';
        throw error;
      }
      status.value = isUnknown ? 'unavailable' : 'failed';
      more.value = false;
      console.warn('Could not search.', error);
    }
  }

  function stop(): void {
    clearTimeout(timer);
    abort.abort();
    abort = new AbortController();
  }

  watch(
    request,
    (query, before) => {
      if (JSON.stringify(query) === JSON.stringify(before)) return;
      stop();
      more.value = false;
      cursor = undefined;
      if (!query) {
        pages.value = [];
        status.value = 'idle';
        return;
      }
      status.value = 'searching';
      timer = setTimeout(() => void load(query, false), query.q === before?.q ? 0 : DEBOUNCE_MS);
    },
    { immediate: true },
  );
  onScopeDispose(stop);
  watch(
    () => useConnection().status === 'live',
    (isLive) => {
      const query = request();
      if (isLive && query && status.value === 'failed') void load(query, false);
    },
  );

  /** Loads the next page. Rejects if that fails. You can then call it again. */
  async function loadMore(): Promise<void> {
    const query = request();
    if (query && status.value !== 'searching') await load(query, true);
  }

  return { found, status, more, loadMore };
}
