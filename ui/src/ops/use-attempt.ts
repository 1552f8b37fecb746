import { ref } from 'vue';
import { useOps } from './store.ts';

/** Runs the operator's actions one at a time. `failed` is the last action's error, or empty after a success. */
export function useAttempt() {
  const ops = useOps();
  const busy = ref(false);
  const failed = ref('');

  /** Never rejects. Ignores the call if another action is running. */
  async function attempt(act: () => Promise<void>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    failed.value = '';
    try {
      await act();
    } catch (error) {
      failed.value = ops.explain(error);
    } finally {
      busy.value = false;
    }
  }

  return { busy, failed, attempt };
}
