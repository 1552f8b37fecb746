import type { Notification } from '../feed/notification.ts';

/** The members that a search looks in. */
type Searched = Pick<Notification, 'title' | 'body' | 'source' | 'category' | 'actions'>;

/**
 * Returns a function that checks whether a notification contains every word of `query` in its title, body, source,
 * category or the label of an action. Ignores case, accents and ligatures. If `query` has no words, every notification
 * matches. The server's search and the page's filter both use this function, so that they find the same notifications.
 */
export function matchesWords(query: string): (notification: Searched) => boolean {
  const words = fold(query).split(/\s+/).filter(Boolean);
  return ({ title, body, source, category, actions = [] }) => {
    if (words.length === 0) return true;
    const text = fold([title, body, source, category, ...actions.map(({ label }) => label)].join('\n'));
    return words.every((word) => text.includes(word));
  };
}

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // Converting to upper case last turns `ß` and `ẞ` into `SS`.
    .toLowerCase()
    .toUpperCase();
