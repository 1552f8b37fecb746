import type { Messages } from './messages.ts';

/** Languages other than English, loaded when they are needed. */
const LANGUAGES: Readonly<Record<string, () => Promise<Messages>>> = {
  de: async () => (await import('./de/index.ts')).de,
};

const baseOf = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

/** Loads the texts of a language tag such as `de-AT`. `undefined`: this package does not have them. */
export const loaderFor = (language: string): (() => Promise<Messages>) | undefined =>
  Object.hasOwn(LANGUAGES, baseOf(language)) ? LANGUAGES[baseOf(language)] : undefined;

/** The language of a page: that of the element, of its closest ancestor with a `lang`, or English. */
export const languageOf = (element: Element): string =>
  element.closest('[lang]')?.getAttribute('lang')?.trim() || document.documentElement.lang.trim() || 'en';

/**
 * The locale for dates on a page in `language`: the reader's own where it is of that language (`en-GB` on a page in
 * `en`), so that a region is respected; else the page's, English if it is no language tag.
 */
export function localeFor(language: string, ofReader: readonly string[]): string {
  const own = ofReader.find((locale) => baseOf(locale) === baseOf(language));
  if (own !== undefined && !language.includes('-')) return own;
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
