import { en } from './en/index.ts';
import type { OpsMessages } from './messages.ts';

/** Languages other than English, loaded only if needed. */
const LANGUAGES: Readonly<Record<string, () => Promise<OpsMessages>>> = {
  de: async () => (await import('./de/index.ts')).de,
};

const baseOf = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

let texts: OpsMessages = en;
let locale: string | undefined;

/** Returns the locale for numbers and times: the reader's own if it's in the page's language, otherwise the page's. */
const localeFor = (language: string): string =>
  navigator.languages.find((candidate) => baseOf(candidate) === baseOf(language)) ?? language;

/** Loads the strings for a language tag. Falls back to English if the language isn't built in or can't be loaded. */
export async function loadTexts(language: string): Promise<void> {
  const base = baseOf(language);
  locale = localeFor(language || 'en');
  if (!Object.hasOwn(LANGUAGES, base)) return;
  try {
    texts = (await LANGUAGES[base]?.()) ?? en;
  } catch (error) {
    console.warn('Could not load the strings for this language.', error);
  }
}

/** Returns the page's strings. Call `loadTexts` before rendering the page. */
export const useTexts = (): OpsMessages => texts;
export const useLocale = (): string | undefined => locale;
