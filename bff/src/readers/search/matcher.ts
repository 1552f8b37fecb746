import type { Notification, SearchQuery } from '@tocsin/contracts';

/** Removes case, accents and ligatures for comparisons. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // Upper case last turns `ß` and `ẞ` into `SS`.
    .toLowerCase()
    .toUpperCase();

export type Filter = Pick<SearchQuery, 'q' | 'severity' | 'source' | 'category'>;

/**
 * Returns a function that checks whether a notification contains every word of `q` and has a requested severity, source
 * and category.
 */
export function createMatcher({ q, severity, source, category }: Filter): (one: Notification) => boolean {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const isIn = (list: readonly string[] | undefined, value: string | undefined) =>
    list === undefined || (value !== undefined && list.includes(value));
  return (one) => {
    if (!isIn(severity, one.severity) || !isIn(source, one.source) || !isIn(category, one.category))
      return false;
    if (words.length === 0) return true;
    const text = fold(textOf(one));
    return words.every((word) => text.includes(word));
  };
}

const textOf = ({ title, body, source, category, actions }: Notification): string =>
  [title, body, source, category, ...(actions ?? []).map(({ label }) => label)].join('\n');
