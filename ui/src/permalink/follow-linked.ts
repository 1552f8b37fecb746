import type { FollowedNotification } from '@tocsin/client-vue';
import type { LinkedNotification } from '@tocsin/contracts';
import { shallowRef, watch } from 'vue';
import type { Linked } from './fetch-linked.ts';

export interface FollowLinked {
  fetch: () => Promise<Linked>;
  /** Called before each request. Returns a reactive predicate that tells whether the notification is gone. */
  useGone: () => (followed: FollowedNotification) => boolean;
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
  /** The epoch of the content that was drawn last. */
  let drawnEpoch: string | undefined;

  /** Draws and returns the answer. If the content is known to be gone, draws only an answer about the notification. */
  async function load(isKnownGone = false): Promise<Linked> {
    const isGoneSince = useGone();
    const answer = await fetch();
    const followed = answer.state === 'shown' ? followedIn(answer.linked) : undefined;
    if (followed) {
      // Another instance of the server may not know yet that it is gone. A feed's erasure starts a new epoch.
      if (isGoneSince(followed) || (isKnownGone && followed.epoch === drawnEpoch)) {
        if (isKnownGone) return { state: 'unknown' };
        draw({ state: 'unknown' });
        return load(true);
      }
      drawnEpoch = followed.epoch;
      isGone.value = () => isGoneSince(followed);
    }
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

/** The notification to follow. `undefined` if its content is gone. */
function followedIn({ feed, epoch, publication }: LinkedNotification): FollowedNotification | undefined {
  const { offset, notification } = publication;
  return notification ? { feed, epoch, offset, notification } : undefined;
}
