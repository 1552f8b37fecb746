import { shallowRef } from 'vue';
import { loadLate } from '../../load-late.ts';
import { defineStore } from '../../stores/define-store.ts';
import type * as lateRow from './late-row.ts';

/** Buttons and menu of rows, which load after the first list. */
export const useRowTools = defineStore(() => {
  const parts = shallowRef<typeof lateRow>();
  let isLoading = false;

  function load(): void {
    if (!isLoading)
      loadLate(
        () => import('./late-row.ts'),
        (loaded) => (parts.value = loaded),
      );
    isLoading = true;
  }

  return { parts, load };
});
