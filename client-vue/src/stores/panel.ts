import { computed, ref, shallowReactive } from 'vue';
import { defineStore } from './define-store.ts';

/** The inbox that a bell of the page opens, for others that lead to it. */
export const usePanel = defineStore(() => {
  const openers = shallowReactive(new Set<() => void>());
  /** How much of the right side of the page it covers, in CSS pixels; 0 while it is closed. */
  const covers = ref(0);
  const canOpen = computed(() => openers.size > 0);

  /** Offers a way to open it; returns the function that takes the offer back. */
  function offer(opener: () => void): () => void {
    openers.add(opener);
    return () => {
      openers.delete(opener);
    };
  }

  /** Opens the inbox of the bell that came last. */
  function open(): void {
    [...openers].at(-1)?.();
  }

  return { covers, canOpen, offer, open };
});
