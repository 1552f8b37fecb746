/** Pauses between attempts to load a part of the page, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Loads a part that the first view does without, once the browser has nothing else to do, and tries again until it is
 * there. It is not left until the reader wants it: by then a deploy may have replaced the file.
 */
export function loadLate<T>(load: () => Promise<T>, loaded: (part: T) => void): () => void {
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

  timer = setTimeout(() => void attempt(FIRST_PAUSE_MS), 0);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
