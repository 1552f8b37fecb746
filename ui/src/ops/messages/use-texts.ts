import { en } from './en/index.ts';
import type { OpsMessages } from './messages.ts';

/** Languages other than English, loaded when the page is in one of them. */
const LANGUAGES: Readonly<Record<string, () => Promise<OpsMessages>>> = {
  de: async () => (await import('./de/index.ts')).de,
};

const baseOf = (language: string): string => language.toLowerCase().split('-')[0] ?? '';

let texts: OpsMessages = en;
let locale: string | undefined;

/** The locale of numbers and times: the reader's own where it is of the page's language, else the page's. */
const localeFor = (language: string): string =>
  navigator.languages.find((own) => baseOf(own) === baseOf(language)) ?? language;

/** Loads the texts of a language tag. English where they are not built in, or cannot be loaded. */
export async function loadTexts(language: string): Promise<void> {
  const base = baseOf(language);
  locale = localeFor(language || 'en');
  if (!Object.hasOwn(LANGUAGES, base)) return;
  try {
    texts = (await LANGUAGES[base]?.()) ?? en;
  } catch (error) {
    console.warn('The texts of this language could not be loaded.', error);
  }
}

/** The texts of the page. Call `loadTexts` before the page is drawn. */
export const useTexts = (): OpsMessages => texts;
export const useLocale = (): string | undefined => locale;
