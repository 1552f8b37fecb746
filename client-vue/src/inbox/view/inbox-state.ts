import { computed, nextTick, ref, type Reactive, type Ref } from 'vue';
import { useShortcuts } from './use-shortcuts.ts';
import { useView, type View } from './use-view.ts';

/** The part of a view that loads more at its end; `undefined` if the list of older notifications does. */
function searchOf(view: View) {
  const { isPlain, searchStatus, more, loadMore } = view;
  if (isPlain || searchStatus === 'unavailable' || searchStatus === 'failed') return undefined;
  return { more, isBusy: searchStatus === 'searching', loadMore };
}

/**
 * The state of an inbox, in the bell's panel or as a page. `root` holds the whole inbox; closing the preferences moves the
 * focus to the button in it with the test id `preferencesButton`.
 */
export function useInboxState(root: Readonly<Ref<HTMLElement | null>>, preferencesButton: string) {
  const view = useView();
  const { onKeydown, isHelpOpen } = useShortcuts(root);
  const arePreferencesOpen = ref(false);
  const search = computed(() => searchOf(view));

  async function closePreferences(): Promise<void> {
    arePreferencesOpen.value = false;
    await nextTick();
    root.value?.querySelector<HTMLElement>(`[data-testid="${preferencesButton}"]`)?.focus();
  }

  return { view, search, onKeydown, isHelpOpen, arePreferencesOpen, closePreferences };
}

export type InboxViewState = Reactive<ReturnType<typeof useInboxState>>;
