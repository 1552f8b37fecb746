import { computed, effectScope, markRaw, reactive, shallowRef, type Ref } from 'vue';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useMarks } from '../../stores/reader/marks.ts';
import { useReader } from '../../stores/reader/reader.ts';
import ListEnd from '../ListEnd.vue';
import InboxPreferences from '../preferences/InboxPreferences.vue';
import EmptyView from '../view/EmptyView.vue';
import InboxNotice from '../view/InboxNotice.vue';
import { useInboxState } from '../view/inbox-state.ts';
import { useCurrent, type IsCurrent } from '../view/use-current.ts';
import DetailPane from './DetailPane.vue';
import PageTools from './PageTools.vue';

function pageTools(root: Readonly<Ref<HTMLElement | null>>, stop: () => void) {
  const selection = shallowRef<{ item: Item; isCurrent: IsCurrent }>();
  const createIsCurrent = useCurrent();

  function select(item: Item): void {
    selection.value = { item, isCurrent: createIsCurrent() };
    if (useMarks().placeOf(item).unread) useReader().markRead([item]);
  }

  return reactive({
    ...{
      ListEnd: markRaw(ListEnd),
      PageTools: markRaw(PageTools),
      InboxPreferences: markRaw(InboxPreferences),
    },
    ...{ EmptyView: markRaw(EmptyView), DetailPane: markRaw(DetailPane), InboxNotice: markRaw(InboxNotice) },
    ...useInboxState(root, 'page-settings-button'),
    select,
    unselect: () => (selection.value = undefined),
    selected: computed(() => {
      const { value } = selection;
      return value?.isCurrent(value.item) ? value.item : undefined;
    }),
    stop,
  });
}

export type PageToolsState = ReturnType<typeof pageTools>;

/**
 * Sets up the parts of the inbox page that load after the list. Call `stop` to dispose of them. `root` is the inbox
 * element.
 */
export function usePageTools(root: Readonly<Ref<HTMLElement | null>>): PageToolsState | undefined {
  const scope = effectScope(true);
  return scope.run(() => pageTools(root, () => scope.stop()));
}
