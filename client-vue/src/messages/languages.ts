import type { Messages } from './messages.ts';

/** Languages other than English, loaded on demand. */
const LANGUAGES: Readonly<Record<string, () => Promise<Messages>>> = {
  de: async () => (await import('./de/index.ts')).de,
};

const loaded = new Map<string, Messages>();

const baseOf = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

/**
 * Returns a function that loads the strings for a language tag such as `de-AT`, or `undefined` for English and for
 * languages that aren't built in.
 */
export const loaderFor = (language: string): (() => Promise<Messages>) | undefined =>
  Object.hasOwn(LANGUAGES, baseOf(language)) ? LANGUAGES[baseOf(language)] : undefined;

/** Returns a language's strings if `loadLanguage` has loaded them. */
export const loadedTexts = (language: string): Messages | undefined => loaded.get(baseOf(language));

/**
 * Preloads a language to avoid a flash of English strings. No-op if the language isn't built in. Rejects if loading
 * fails.
 */
export async function loadLanguage(language: string): Promise<void> {
  const texts = await loaderFor(language)?.();
  if (texts) loaded.set(baseOf(language), texts);
}

/** Returns an element's language: its own `lang` or the closest ancestor's, across shadow roots. Default: English. */
export function languageOf(element: Element): string {
  const tag = element.closest('[lang]')?.getAttribute('lang')?.trim();
  if (tag !== undefined) return tag || 'en';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : document.documentElement.lang.trim() || 'en';
}

/**
 * Returns the locale for dates on a page in `language`. If `language` has no region, prefers the reader's own locale
 * for that language (`en-GB` on a page in `en`). Otherwise, returns `language` itself, or English if it isn't a valid
 * tag.
 */
export function localeFor(language: string, readerLocales: readonly string[]): string {
  const match = readerLocales.find((locale) => baseOf(locale) === baseOf(language));
  if (match !== undefined && !language.includes('-')) return match;
  try {
    return Intl.getCanonicalLocales(language)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
