import type { Notification } from '../feed/notification.ts';

/** The members that a search looks in. */
type Searched = Pick<Notification, 'title' | 'body' | 'source' | 'category' | 'actions'>;

/**
 * Returns a function that checks whether a notification contains every word of `query` in its title, body, source,
 * category or an action's label, ignoring case, accents and ligatures. Without words, every notification matches. The
 * server's search and the page's filter share this, so that they agree on what matches.
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
    // Upper case last turns `ß` and `ẞ` into `SS`.
    .toLowerCase()
    .toUpperCase();
