import { ref } from 'vue';
import { useOps } from './store.ts';

/** Runs one of the operator's actions at a time. `failed` is the last one's error, or empty after a success. */
export function useAttempt() {
  const ops = useOps();
  const busy = ref(false);
  const failed = ref('');

  /** Never rejects. Does nothing while another action is running. */
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
