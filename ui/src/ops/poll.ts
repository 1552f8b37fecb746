import { onBeforeUnmount, onMounted } from 'vue';

/**
 * Calls `read` immediately, and again `ms` after each call has finished, while the component is mounted and the page
 * is visible.
 */
export function usePoll(read: () => Promise<void>, ms: number): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let living = true;
  async function turn(): Promise<void> {
    if (!document.hidden) await read();
    if (living) timer = setTimeout(() => void turn(), ms);
  }
  onMounted(() => void turn());
  onBeforeUnmount(() => {
    living = false;
    clearTimeout(timer);
  });
}
