import { ref } from 'vue';
import { defineStore } from '../../stores/define-store.ts';
import { SpokenBatch, spokenErrors, type Spoken } from './spoken.ts';
import { isSticky, type Toast } from '../stack/toast.ts';

export interface LiveMessage extends Spoken {
  readonly key: number;
}

/** Time before a message is removed from its live region (ms). Screen readers have picked it up by then. */
const MESSAGE_TTL_MS = 20_000;
const MAX_MESSAGES = 30;
/**
 * Time window for combining notifications other than errors into a single message (ms), starting with the first
 * notification.
 */
export const BATCH_MS = 2_000;

/**
 * Messages for the two live regions. Each message is added once and never changed, so that screen readers read it once.
 */
export const useLiveMessages = defineStore(() => {
  const polite = ref<LiveMessage[]>([]);
  const assertive = ref<LiveMessage[]>([]);
  const batch = new SpokenBatch();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let key = 0;

  function say(region: typeof polite, spoken: Spoken): void {
    const message = { key: key++, ...spoken };
    region.value = [...region.value.slice(1 - MAX_MESSAGES), message];
    setTimeout(() => {
      region.value = region.value.filter((other) => other.key !== message.key);
    }, MESSAGE_TTL_MS);
  }

  /**
   * Announces new notifications, whether or not they're shown. Announces errors individually and immediately, and
   * combines the rest.
   */
  function announce(toasts: readonly Toast[]): void {
    for (const spoken of spokenErrors(toasts.filter(isSticky))) say(assertive, spoken);
    const others = toasts.filter((toast) => !isSticky(toast));
    batch.add(others);
    if (others.length === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      const spoken = batch.take();
      if (spoken.text) say(polite, spoken);
    }, BATCH_MS);
  }

  /**
   * Drops the toasts that match `isGone` and aren't announced yet. If `removesContent` is true, also removes messages
   * that mention a matching toast.
   */
  function drop(isGone: (toast: Toast) => boolean, removesContent: boolean): void {
    batch.drop(isGone);
    if (!removesContent) return;
    for (const region of [polite, assertive])
      region.value = region.value.filter(({ toasts }) => !toasts.some(isGone));
  }

  function clear(): void {
    polite.value = [];
    assertive.value = [];
  }

  /** Clears the messages, and drops the previous reader's notifications that aren't announced yet. */
  function reset(): void {
    clearTimeout(timer);
    timer = undefined;
    batch.take();
    clear();
  }

  const speak = (text: string): void => say(polite, { text, toasts: [] });

  return { polite, assertive, clear, reset, speak, announce, drop };
});
