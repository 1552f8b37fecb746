import { computed, nextTick, ref, watch, type Reactive, type Ref } from 'vue';
import { useItems } from '../../stores/feeds/items.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useView, type View } from './use-view.ts';

/** Returns the search to continue at the end of a view, or `undefined` if the view loads older notifications. */
function searchOf(view: View) {
  const { isPlain, searchStatus, more, loadMore } = view;
  if (isPlain || searchStatus === 'unavailable' || searchStatus === 'failed') return undefined;
  return { more, isBusy: searchStatus === 'searching', loadMore };
}

/**
 * Returns the state of an inbox in the bell's panel or on a page. `root` is the inbox element. Closing the preferences
 * moves focus to the button with the test id `preferencesButton`.
 */
export function useInboxState(root: Readonly<Ref<HTMLElement | null>>, preferencesButton: string) {
  const view = useView();
  const { onKeydown, isHelpOpen } = useShortcuts(root);
  const arePreferencesOpen = ref(false);
  const search = computed(() => searchOf(view));
  // A new session can have another reader, so don't leave the previous reader's preferences open.
  watch(
    () => useItems().session,
    () => (arePreferencesOpen.value = false),
  );

  async function closePreferences(): Promise<void> {
    arePreferencesOpen.value = false;
    await nextTick();
    root.value?.querySelector<HTMLElement>(`[data-testid="${preferencesButton}"]`)?.focus();
  }

  return { view, search, onKeydown, isHelpOpen, arePreferencesOpen, closePreferences };
}

export type InboxViewState = Reactive<ReturnType<typeof useInboxState>>;
