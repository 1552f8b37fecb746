import { useMessages } from '../messages/use-messages.ts';

/** The name of a feed as readers see it. */
export const nameOfFeed = (feed: string): string =>
  feed === 'all' ? useMessages().texts.common.feedOfAll : feed;
