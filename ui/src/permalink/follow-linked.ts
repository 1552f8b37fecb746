import type { FollowedNotification } from '@tocsin/client-vue';
import type { LinkedNotification } from '@tocsin/contracts';
import { shallowRef, watch } from 'vue';
import type { FetchLinkedResult } from './fetch-linked.ts';

export interface FollowLinked {
  fetch: () => Promise<FetchLinkedResult>;
  /** Called before each request. Returns a reactive predicate that tells whether the notification is gone. */
  useGone: () => (followed: FollowedNotification) => boolean;
  draw: (result: FetchLinkedResult) => void;
}

/** Time within which all instances usually process an erasure (ms). */
const LAG_MS = 5_000;

/**
 * Draws a linked notification. Once it's gone, draws `unknown`, then the reason from the server. Call `stop` when the
 * notification is closed.
 */
export function followLinked({ fetch, useGone, draw }: FollowLinked): {
  load: () => Promise<FetchLinkedResult>;
  stop: () => void;
} {
  const followed = shallowRef<{ epoch: string; isGone: () => boolean }>();

  /**
   * Requests the notification. If it's already gone when the response arrives, returns `unknown` instead of its
   * content.
   */
  async function request() {
    const isGoneSince = useGone();
    const result = await fetch();
    const shown = result.state === 'shown' ? followedIn(result.linked) : undefined;
    if (!shown) return { result };
    // The responding instance may not have processed the removal yet.
    if (isGoneSince(shown)) return { result: { state: 'unknown' } as const, isStale: true };
    return { result, follow: { epoch: shown.epoch, isGone: () => isGoneSince(shown) } };
  }

  async function load(): Promise<FetchLinkedResult> {
    let response = await request();
    // The notification may be newer than an erasure that the page has only now processed, so request it again.
    if (response.isStale) response = await request();
    followed.value = response.follow;
    draw(response.result);
    return response.result;
  }

  /**
   * Draws the reason. If the notification was published again after an erasure, which starts a new epoch, draws the
   * notification instead. If the response still contains the notification in `epoch`, the instance that sent it might
   * not have processed the removal yet, so this repeats the request after `LAG_MS`.
   */
  async function fetchReason(epoch: string): Promise<void> {
    let response = await request();
    if (response.follow?.epoch === epoch) {
      await new Promise((resolve) => setTimeout(resolve, LAG_MS));
      response = await request();
    }
    if (response.result.state !== 'shown') return;
    followed.value = response.follow;
    draw(response.result);
  }

  const stop = watch(
    () => followed.value?.isGone() && followed.value.epoch,
    (goneEpoch) => {
      if (!goneEpoch) return;
      followed.value = undefined;
      draw({ state: 'unknown' });
      void fetchReason(goneEpoch);
    },
  );

  return { load, stop };
}

/** Returns the notification to follow, or `undefined` if its content is gone. */
function followedIn({ feed, epoch, publication }: LinkedNotification): FollowedNotification | undefined {
  const { offset, notification } = publication;
  return notification ? { feed, epoch, offset, notification } : undefined;
}
