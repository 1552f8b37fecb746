import { DEFAULT_FEED } from '@tocsin/contracts';

/** The notification in the page's URL: `?notification=<id>&feed=<feed>`. */
export interface Permalink {
  id: string;
  feed: string;
}

/** Creates a URL that `permalinkOf` can parse. */
export const permalinkTo = ({ id, feed }: Permalink): string =>
  `/?${new URLSearchParams({ notification: id, feed })}`;

export function permalinkOf(search: string): Permalink | undefined {
  const parameters = new URLSearchParams(search);
  const id = parameters.get('notification');
  return id ? { id, feed: parameters.get('feed') || DEFAULT_FEED } : undefined;
}
