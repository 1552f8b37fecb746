import { shallowRef } from 'vue';

/** Pauses between attempts to load a part of the page, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Late parts are loaded after this many milliseconds, even if the first view is not complete. */
const LONGEST_WAIT_MS = 4_000;

let endFirstView = (): void => undefined;
const firstView = new Promise<void>((resolve) => (endFirstView = resolve));

/** Whether the first rows are on the screen. A list shows only those before. */
export const hasFirstView = shallowRef(false);
void firstView.then(() => (hasFirstView.value = true));

/**
 * Call it when the first notifications are there, or cannot be loaded for now. The first view ends when they have been
 * drawn. Safe to repeat.
 */
export function firstViewEnded(): void {
  if (document.hidden) endFirstView();
  else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(endFirstView)));
}

/**
 * Loads a part that the first view does without, and tries again until it is there. It begins after the first view, so
 * that it does not compete with it for a slow line, unless `at` is `once`. It does not wait until the reader needs the
 * part: by then a deploy may have replaced the file. Returns the function that stops it.
 */
export function loadLate<T>(
  load: () => Promise<T>,
  loaded: (part: T) => void,
  { at = 'first-view' }: { at?: 'first-view' | 'once' } = {},
): () => void {
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function attempt(pause: number): Promise<void> {
    try {
      const part = await load();
      if (!ended) loaded(part);
    } catch (error) {
      if (ended) return;
      console.warn('Tocsin could not load a part of the page and tries again.', error);
      timer = setTimeout(() => void attempt(Math.min(2 * pause, LONGEST_PAUSE_MS)), pause);
    }
  }

  const begin = (): void => {
    clearTimeout(timer);
    if (!ended) void attempt(FIRST_PAUSE_MS);
  };
  if (at === 'once') begin();
  else {
    timer = setTimeout(endFirstView, LONGEST_WAIT_MS);
    void firstView.then(begin);
  }
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
