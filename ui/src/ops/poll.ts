import { onBeforeUnmount, onMounted } from 'vue';

/**
 * Calls `read` immediately and then `ms` after each call has finished, while the component is mounted and the page is
 * visible.
 */
export function usePoll(read: () => Promise<void>, ms: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isMounted = true;
  async function poll(): Promise<void> {
    if (!document.hidden) await read();
    if (isMounted) timer = setTimeout(() => void poll(), ms);
  }
  onMounted(() => void poll());
  onBeforeUnmount(() => {
    isMounted = false;
    clearTimeout(timer);
  });
}
