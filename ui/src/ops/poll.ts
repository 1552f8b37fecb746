import { onBeforeUnmount, onMounted } from 'vue';

/** Calls `read` at once and then `ms` after it ended, while the component lives and the page is shown. */
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
