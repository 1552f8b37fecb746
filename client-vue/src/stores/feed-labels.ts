import { shallowRef } from 'vue';
import { useMessages } from '../messages/use-messages.ts';
import { defineStore } from './define-store.ts';

/** Feed display names: an object keyed by feed, or a function that can return `undefined`. */
export type FeedLabels = Readonly<Record<string, string>> | ((feed: string) => string | undefined);

export const useFeedLabels = defineStore(() => {
  const labels = shallowRef<FeedLabels>({});

  /** Returns a feed's display name. The default for `topic:orders` is `orders`. */
  function labelOf(feed: string): string {
    const current = labels.value;
    const label =
      typeof current === 'function' ? current(feed) : Object.hasOwn(current, feed) && current[feed];
    if (label) return label;
    if (feed === 'all') return useMessages().texts.common.feedOfAll;
    return feed.slice(feed.indexOf(':') + 1);
  }

  return { labelOf, use: (own: FeedLabels) => (labels.value = own) };
});
