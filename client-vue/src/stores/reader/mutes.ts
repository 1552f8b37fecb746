import type { Mutes, Notification, Severity } from '@tocsin/contracts';
import { shallowRef } from 'vue';
import { severityOf } from '../../format/severity.ts';
import { defineStore } from '../define-store.ts';
import { useSource } from '../source.ts';

/**
 * The reader's mutes, stored by the server. Muted notifications make no toast and don't count as unread, but are
 * listed.
 */
export const useMutes = defineStore(() => {
  const mutes = shallowRef<Mutes>({ feeds: [], severities: [] });
  /** Why the last change may be lost when the page is closed. */
  const failed = shallowRef(false);
  /** A change made or received while loading takes precedence over the loaded mutes. */
  let changes = 0;

  const isMuted = ({ feed, notification }: { feed: string; notification: Notification }): boolean =>
    mutes.value.feeds.includes(feed) || mutes.value.severities.includes(severityOf(notification));

  async function load(): Promise<void> {
    const before = changes;
    try {
      const kept = await useSource().mutes();
      if (before === changes) mutes.value = kept;
    } catch (error) {
      console.warn('Could not load the mutes. Nothing is muted for now.', error);
    }
  }

  /** Applies a change from another tab or device. */
  function heard(now: Mutes): void {
    changes++;
    mutes.value = now;
  }

  async function put(next: Mutes): Promise<void> {
    changes++;
    mutes.value = next;
    try {
      await useSource().mute(next);
      failed.value = false;
    } catch (error) {
      failed.value = true;
      console.warn('Could not save the mutes. They apply to this page only.', error);
    }
  }

  const toggled = <T>(list: readonly T[], item: T): T[] =>
    list.includes(item) ? list.filter((other) => other !== item) : [...list, item];

  return {
    mutes,
    failed,
    isMuted,
    load,
    heard,
    toggleFeed: (feed: string) => put({ ...mutes.value, feeds: toggled(mutes.value.feeds, feed) }),
    toggleSeverity: (severity: Severity) =>
      put({ ...mutes.value, severities: toggled(mutes.value.severities, severity) }),
  };
});
