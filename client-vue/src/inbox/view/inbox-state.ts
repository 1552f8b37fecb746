import { computed, nextTick, ref, type Reactive, type Ref } from 'vue';
import { searchOf } from './search-of.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useView } from './use-view.ts';

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
