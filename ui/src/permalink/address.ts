import { DEFAULT_FEED } from '@tocsin/contracts';

/** The notification in the page's URL: `?notification=<id>&feed=<feed>`. */
export interface Permalink {
  id: string;
  feed: string;
}

/** Creates an address that `permalinkOf` can parse. */
export const permalinkTo = ({ id, feed }: Permalink): string =>
  `/?${new URLSearchParams({ notification: id, feed })}`;

export function permalinkOf(search: string): Permalink | undefined {
  const asked = new URLSearchParams(search);
  const id = asked.get('notification');
  return id ? { id, feed: asked.get('feed') || DEFAULT_FEED } : undefined;
}
