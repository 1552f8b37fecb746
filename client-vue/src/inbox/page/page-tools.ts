import { effectScope, markRaw, reactive, type Ref } from 'vue';
import ListEnd from '../ListEnd.vue';
import InboxPreferences from '../preferences/InboxPreferences.vue';
import EmptyView from '../view/EmptyView.vue';
import InboxNotice from '../view/InboxNotice.vue';
import DetailPane from './DetailPane.vue';
import { usePageState } from './page-state.ts';
import PageTools from './PageTools.vue';

function pageTools(root: Readonly<Ref<HTMLElement | null>>, stop: () => void) {
  return reactive({
    ...{
      ListEnd: markRaw(ListEnd),
      PageTools: markRaw(PageTools),
      InboxPreferences: markRaw(InboxPreferences),
    },
    ...{ EmptyView: markRaw(EmptyView), DetailPane: markRaw(DetailPane), InboxNotice: markRaw(InboxNotice) },
    ...usePageState(root),
    stop,
  });
}

export type PageToolsState = ReturnType<typeof pageTools>;

/** Everything of the page's inbox that loads after its list, until `stop`. `root` holds the whole inbox. */
export function usePageTools(root: Readonly<Ref<HTMLElement | null>>): PageToolsState | undefined {
  const scope = effectScope(true);
  return scope.run(() => pageTools(root, () => scope.stop()));
}
