import { computed, effectScope, markRaw, nextTick, reactive, ref, type Ref } from 'vue';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useMarks } from '../../stores/reader/marks.ts';
import { useReader } from '../../stores/reader/reader.ts';
import ListEnd from '../ListEnd.vue';
import InboxPreferences from '../preferences/InboxPreferences.vue';
import { searchOf } from '../view/search-of.ts';
import EmptyView from '../view/EmptyView.vue';
import InboxNotice from '../view/InboxNotice.vue';
import { useShortcuts } from '../view/use-shortcuts.ts';
import { useView } from '../view/use-view.ts';
import DetailPane from './DetailPane.vue';
import PageTools from './PageTools.vue';

function pageTools(root: Readonly<Ref<HTMLElement | null>>, stop: () => void) {
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

  return reactive({
    ...{
      ListEnd: markRaw(ListEnd),
      PageTools: markRaw(PageTools),
      InboxPreferences: markRaw(InboxPreferences),
    },
    ...{ EmptyView: markRaw(EmptyView), DetailPane: markRaw(DetailPane), InboxNotice: markRaw(InboxNotice) },
    ...{ view, search, onKeydown, isHelpOpen, arePreferencesOpen, closePreferences, opened, stop },
  });
}

export type PageToolsState = ReturnType<typeof pageTools>;

/** Everything of the page's inbox that loads after its list, until `stop`. `root` holds the whole inbox. */
export function usePageTools(root: Readonly<Ref<HTMLElement | null>>): PageToolsState | undefined {
  const scope = effectScope(true);
  return scope.run(() => pageTools(root, () => scope.stop()));
}
