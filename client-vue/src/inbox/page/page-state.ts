import { computed, nextTick, ref, type Reactive, type Ref } from 'vue';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useMarks } from '../../stores/reader/marks.ts';
import { useReader } from '../../stores/reader/reader.ts';
import { searchOf } from '../view/search-of.ts';
import { useShortcuts } from '../view/use-shortcuts.ts';
import { useView } from '../view/use-view.ts';

/** The state of the page's inbox besides its list. `root` holds the whole inbox. */
export function usePageState(root: Readonly<Ref<HTMLElement | null>>) {
  const view = useView();
  const { onKeydown, isHelpOpen } = useShortcuts(root);
  const arePreferencesOpen = ref(false);
  const search = computed(() => searchOf(view));

  async function closePreferences(): Promise<void> {
    arePreferencesOpen.value = false;
    await nextTick();
    root.value?.querySelector<HTMLElement>('[data-testid="page-settings-button"]')?.focus();
  }

  /** The reader has opened a notification, and so read it. */
  function opened(item: Item): void {
    if (useMarks().placeOf(item).unread) useReader().markRead([item]);
  }

  return { view, search, onKeydown, isHelpOpen, arePreferencesOpen, closePreferences, opened };
}

export type PageState = Reactive<ReturnType<typeof usePageState>>;
