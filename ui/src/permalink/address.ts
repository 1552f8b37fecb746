import { DEFAULT_FEED } from '@tocsin/contracts';

/** The notification that the page's address names: `?notification=<id>&feed=<feed>`. */
export interface Permalink {
  id: string;
  feed: string;
}

export function permalinkOf(search: string): Permalink | undefined {
  const asked = new URLSearchParams(search);
  const id = asked.get('notification');
  return id ? { id, feed: asked.get('feed') || DEFAULT_FEED } : undefined;
}
