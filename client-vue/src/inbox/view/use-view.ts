import type { SearchRequest } from '@tocsin/client';
import type { Placed, SearchState } from '@tocsin/contracts';
import { computed, reactive, ref, shallowRef, watch } from 'vue';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { filterItems, isFiltering, emptyFilter } from '../../stores/feeds/filter.ts';
import { limitTo, MAX_ITEMS, useItems } from '../../stores/feeds/items.ts';
import { useMarks } from '../../stores/reader/marks.ts';
import { searchableFeeds } from './searchable-feeds.ts';
import { useSearch } from './use-search.ts';

export const TABS = ['all', 'unread', 'archive', 'snoozed'] as const;
export type Tab = (typeof TABS)[number];

const STATES: Readonly<Record<Tab, SearchState>> = {
  ...{ all: 'inbox', unread: 'unread', archive: 'archive', snoozed: 'snoozed' },
};

/** Maximum size of `shownInUnread`: more than the page and a search can list. The oldest keys are dropped first. */
const MAX_SHOWN = 2 * MAX_ITEMS;

/** A tab's items that match the filter, whether already loaded or found by the server. */
export function useView() {
  const notifications = useItems();
  const marks = useMarks();
  const tab = ref<Tab>('all');
  const filter = shallowRef(emptyFilter());
  /** Keys of items that the `unread` tab has shown. Such items stay in the tab after they are read. */
  const shownInUnread = new Set<string>();

  /** A text search in the `all` tab includes archived and snoozed items. */
  const isEverywhere = computed(() => tab.value === 'all' && filter.value.text.trim() !== '');
  /** Whether new notifications appear in the list. */
  const showsArrivals = computed(
    () => (tab.value === 'all' || tab.value === 'unread') && !isFiltering(filter.value),
  );
  const isPlain = computed(() => tab.value === 'all' && showsArrivals.value);

  const request = computed((): SearchRequest | undefined => {
    if (isPlain.value) return undefined;
    const { text, feed, severity, source } = filter.value;
    const isListed = source !== '' && !source.includes(',');
    return {
      ...{ q: text.trim(), state: isEverywhere.value ? 'any' : STATES[tab.value] },
      feeds: feed === '' ? searchableFeeds() : [feed],
      ...(severity !== '' && { severities: [severity] }),
      ...(isListed && { sources: [source] }),
    };
  });
  const search = useSearch(() => request.value);

  function isInTab({ place, unread }: Placed, key: string): boolean {
    if (isEverywhere.value) return true;
    if (tab.value === 'all') return place === 'inbox';
    if (tab.value !== 'unread') return place === tab.value;
    if (unread) {
      shownInUnread.add(key);
      limitTo(MAX_SHOWN, shownInUnread);
    }
    return place === 'inbox' && shownInUnread.has(key);
  }

  const shown = computed((): readonly Item[] => {
    if (isPlain.value) return notifications.items;
    const isInbox = tab.value === 'unread' || (tab.value === 'all' && !isEverywhere.value);
    const loaded = isInbox ? notifications.items : notifications.all;
    const keys = new Set(loaded.map(({ key }) => key));
    const foundOnly = search.found.value.filter(({ key }) => !keys.has(key));
    const all = foundOnly.length === 0 ? loaded : [...loaded, ...foundOnly].sort((a, b) => b.time - a.time);
    return filterItems(all, filter.value).filter((item) => isInTab(marks.placeOf(item), item.key));
  });

  watch([tab, filter], () => shownInUnread.clear(), { flush: 'sync' });
  const clear = (): void => void (filter.value = emptyFilter());
  // The next reader must not see the previous reader's search.
  watch(
    () => notifications.session,
    () => {
      tab.value = 'all';
      clear();
    },
  );

  return reactive({
    ...{ tab, filter, shown, isPlain, showsArrivals },
    searchStatus: search.status,
    more: search.more,
    loadMore: search.loadMore,
    clear,
  });
}

export type View = ReturnType<typeof useView>;
