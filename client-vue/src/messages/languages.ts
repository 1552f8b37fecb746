import type { Messages } from './messages.ts';

/** Languages other than English, loaded when they are needed. */
const LANGUAGES: Readonly<Record<string, () => Promise<Messages>>> = {
  de: async () => (await import('./de/index.ts')).de,
};

const loaded = new Map<string, Messages>();

const baseOf = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

/** Loads the texts of a language tag such as `de-AT`. `undefined`: this package does not have them. */
export const loaderFor = (language: string): (() => Promise<Messages>) | undefined =>
  Object.hasOwn(LANGUAGES, baseOf(language)) ? LANGUAGES[baseOf(language)] : undefined;

/** The texts of a language, if `loadLanguage` has loaded them. */
export const loadedTexts = (language: string): Messages | undefined => loaded.get(baseOf(language));

/**
 * Loads the texts of a language ahead, so that no English ones show until they are there. Does nothing for a language
 * that this package does not have. Rejects if they can't be loaded.
 */
export async function loadLanguage(language: string): Promise<void> {
  const texts = await loaderFor(language)?.();
  if (texts) loaded.set(baseOf(language), texts);
}

/** The language of an element, across shadow roots: its own `lang`, or its closest ancestor's, or English. */
export function languageOf(element: Element): string {
  const named = element.closest('[lang]')?.getAttribute('lang')?.trim();
  if (named !== undefined) return named || 'en';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : document.documentElement.lang.trim() || 'en';
}

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
