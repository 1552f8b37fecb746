import { computed, ref, shallowReactive, shallowRef } from 'vue';
import { defineStore } from './define-store.ts';

/** A bell's inbox panel on this page, for components that open it. */
export const usePanel = defineStore(() => {
  const openers = shallowReactive(new Set<() => void>());
  /** How far (CSS pixels) the panel extends from the page's inline end (right, or left in `rtl`). 0 while closed. */
  const extent = ref(0);
  /** The open menu of a row in this panel or on the page. */
  const menu = shallowRef<HTMLElement>();
  const canOpen = computed(() => openers.size > 0);

  /** Registers a function that opens a panel. Returns a function that removes it. */
  function offer(opener: () => void): () => void {
    openers.add(opener);
    return () => {
      openers.delete(opener);
    };
  }

  /** Opens the inbox of the last registered bell. */
  function open(): void {
    [...openers].at(-1)?.();
  }

  return { extent, menu, canOpen, offer, open };
});
