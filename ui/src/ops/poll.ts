import { onBeforeUnmount, onMounted, watch } from 'vue';
import { createPoll } from './create-poll.ts';
import { useOps } from './store.ts';

/**
 * Calls `read` immediately and then `ms` after each call has finished, while the component is mounted, the page is
 * visible and the server doesn't deny access. Calls `read` at once when access is no longer denied.
 */
export function usePoll(read: () => Promise<void>, ms: number): void {
  const ops = useOps();
  const { start, stop } = createPoll(read, ms, () => document.hidden || ops.refused !== undefined);
  onMounted(() => void start());
  onBeforeUnmount(stop);
  watch(
    () => ops.refused === undefined,
    (isOpen) => {
      if (isOpen) void start();
    },
  );
}
