import { shallowRef } from 'vue';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Maximum delay before requesting lazily loaded parts if the first view is still incomplete (ms). */
const MAX_WAIT_MS = 4_000;

let endFirstView = (): void => undefined;
const firstView = new Promise<void>((resolve) => (endFirstView = resolve));

/** Whether the first rows are on the screen. Before that, lists render only their first rows. */
export const hasFirstView = shallowRef(false);
void firstView.then(() => (hasFirstView.value = true));

/**
 * Call this when the first notifications have loaded or can't be loaded for now. The first view ends once they are
 * painted. Safe to repeat.
 */
export function finishFirstView(): void {
  if (document.hidden) endFirstView();
  else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(endFirstView)));
}

/**
 * Loads a part that the first view doesn't need, and retries until it succeeds. Unless `at` is `immediately`, loading
 * starts after the first view so that the two don't compete on a slow connection. Loading doesn't wait until the reader
 * needs the part, because a deployment could have replaced the file by then. Returns a function that stops loading.
 */
export function loadLate<T>(
  load: () => Promise<T>,
  loaded: (part: T) => void,
  { at = 'first-view' }: { at?: 'first-view' | 'immediately' } = {},
): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function attempt(delay: number): Promise<void> {
    try {
      const part = await load();
      if (!isStopped) loaded(part);
    } catch (error) {
      if (isStopped) return;
      console.warn('Could not load a part of the page. Retrying.', error);
      timer = setTimeout(() => void attempt(Math.min(2 * delay, MAX_DELAY_MS)), delay);
    }
  }

  const begin = (): void => {
    clearTimeout(timer);
    if (!isStopped) void attempt(FIRST_DELAY_MS);
  };
  if (at === 'immediately') begin();
  else {
    timer = setTimeout(endFirstView, MAX_WAIT_MS);
    void firstView.then(begin);
  }
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
