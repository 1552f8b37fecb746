import { computed, ref, shallowReactive } from 'vue';
import { defineStore } from './define-store.ts';

/** The inbox panel of a bell on this page, for other components that open it. */
export const usePanel = defineStore(() => {
  const openers = shallowReactive(new Set<() => void>());
  /** Width that it covers at the end side of the page (right, or left on a page in `rtl`), in CSS pixels; 0 while closed. */
  const covers = ref(0);
  const canOpen = computed(() => openers.size > 0);

  /** Registers a way to open it. Returns a function that removes it. */
  function offer(opener: () => void): () => void {
    openers.add(opener);
    return () => {
      openers.delete(opener);
    };
  }

  /** Opens the inbox of the latest bell. */
  function open(): void {
    [...openers].at(-1)?.();
  }

  return { covers, canOpen, offer, open };
});
