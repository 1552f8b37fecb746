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

/** Time within which all instances usually process an erasure (ms). */
const LAG_MS = 5_000;

/**
 * Draws a linked notification. Once it's gone, draws `unknown`, then the reason from the server. Call `stop` when the
 * notification is closed.
 */
export function followLinked({ fetch, useGone, draw }: FollowLinked): {
  load: () => Promise<Linked>;
  stop: () => void;
} {
  const followed = shallowRef<{ epoch: string; isGone: () => boolean }>();

  /** Requests the notification. If it's already gone when the response arrives, the answer doesn't contain it. */
  async function ask() {
    const isGoneSince = useGone();
    const answer = await fetch();
    const shown = answer.state === 'shown' ? followedIn(answer.linked) : undefined;
    if (!shown) return { answer };
    // The responding instance may not have processed the removal yet.
    if (isGoneSince(shown)) return { answer: { state: 'unknown' } as const, isStale: true };
    return { answer, follow: { epoch: shown.epoch, isGone: () => isGoneSince(shown) } };
  }

  async function load(): Promise<Linked> {
    let asked = await ask();
    // The notification may be newer than an erasure that the page has only now processed, so ask again.
    if (asked.isStale) asked = await ask();
    followed.value = asked.follow;
    draw(asked.answer);
    return asked.answer;
  }

  /** Draws the reason, or the notification if it was published again after an erasure, which starts a new epoch. */
  async function askForReason(epoch: string): Promise<void> {
    let asked = await ask();
    if (asked.follow?.epoch === epoch) {
      await new Promise((resolve) => setTimeout(resolve, LAG_MS));
      asked = await ask();
    }
    if (asked.answer.state !== 'shown') return;
    followed.value = asked.follow;
    draw(asked.answer);
  }

  const stop = watch(
    () => followed.value?.isGone() && followed.value.epoch,
    (goneEpoch) => {
      if (!goneEpoch) return;
      followed.value = undefined;
      draw({ state: 'unknown' });
      void askForReason(goneEpoch);
    },
  );

  return { load, stop };
}

/** The notification to follow. `undefined` if its content is gone. */
function followedIn({ feed, epoch, publication }: LinkedNotification): FollowedNotification | undefined {
  const { offset, notification } = publication;
  return notification ? { feed, epoch, offset, notification } : undefined;
}
