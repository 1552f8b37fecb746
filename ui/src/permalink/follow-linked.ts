import type { Notification } from '@tocsin/contracts';
import { shallowRef, watch } from 'vue';
import type { Linked } from './fetch-linked.ts';

export interface FollowLinked {
  fetch: () => Promise<Linked>;
  /** Called before each request. Returns a reactive predicate that tells whether the notification is gone. */
  useGone: () => (notification: Notification) => boolean;
  draw: (answer: Linked) => void;
}

/**
 * Draws a linked notification. Once it is gone, draws that and asks the server for the reason. Call `stop` when the
 * notification is closed.
 */
export function followLinked({ fetch, useGone, draw }: FollowLinked): {
  load: () => Promise<Linked>;
  stop: () => void;
} {
  /** Whether the drawn notification is gone. */
  const isGone = shallowRef<() => boolean>();

  /** Draws and returns the answer. While the content is gone, only an answer about the notification is drawn. */
  async function load(isKnownGone = false): Promise<Linked> {
    const isGoneSince = useGone();
    let answer = await fetch();
    const notification = answer.state === 'shown' && answer.linked.publication.notification;
    // Another instance of the server may not know it yet.
    if (notification && isGoneSince(notification)) answer = { state: 'unknown' };
    else if (notification) isGone.value = () => isGoneSince(notification);
    if (!isKnownGone || answer.state === 'shown') draw(answer);
    return answer;
  }

  const stop = watch(
    () => isGone.value?.(),
    (gone) => {
      if (!gone) return;
      isGone.value = undefined;
      draw({ state: 'unknown' });
      void load(true);
    },
  );

  return { load: () => load(), stop };
}
