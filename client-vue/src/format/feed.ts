/** What a feed is called where a reader sees it. */
export const nameOfFeed = (feed: string): string => (feed === 'all' ? 'All' : feed);
