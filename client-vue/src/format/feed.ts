/** The name of a feed as readers see it. */
export const nameOfFeed = (feed: string): string => (feed === 'all' ? 'All' : feed);
