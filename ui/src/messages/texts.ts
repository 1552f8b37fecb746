import { loadLanguage } from '@tocsin/client-vue';
import { shallowRef, type ShallowRef } from 'vue';
import { en, type Texts } from './en.ts';

const texts = shallowRef<Texts>(en);

export const useTexts = (): Readonly<ShallowRef<Texts>> => texts;

/**
 * Loads the strings for the page's language, which `public/theme.js` sets before the first paint. The page stays
 * English if loading fails.
 */
export async function loadTexts(): Promise<void> {
  const { lang } = document.documentElement;
  if (lang !== 'de') return;
  try {
    const [{ de }] = await Promise.all([import('./de.ts'), loadLanguage(lang)]);
    texts.value = de;
  } catch (error) {
    console.warn('Could not load the German strings.', error);
    document.documentElement.lang = 'en';
  }
}
