import { computed, ref, shallowRef } from 'vue';
import { createFormats } from '../format/time.ts';
import { loadLate } from '../load-late.ts';
import { useClock } from '../stores/clock.ts';
import { defineStore } from '../stores/define-store.ts';
import { en } from './en/index.ts';
import { loadedTexts, loaderFor, localeFor } from './languages.ts';
import { withOverrides, type Messages, type OwnMessages } from './messages.ts';

/** Typed as complete because the parts that load later add their strings before they render. */
const english = shallowRef(en as Messages);

/** Adds English strings for a lazily loaded part of the page. Call this in that part's own module. */
export function addEnglish(texts: Partial<Messages>): void {
  english.value = { ...english.value, ...texts };
}

/** The page's strings and formats. Calling `use` changes them, so read them while rendering. */
export const useMessages = defineStore(() => {
  const language = ref('en');
  const own = shallowRef<OwnMessages>({});
  const loaded = shallowRef<Messages>();
  const texts = computed(() => withOverrides(loaded.value ?? english.value, own.value));
  /** The language of the strings: `language` if its strings are loaded or the page has its own, otherwise English. */
  const lang = computed(() => (loaded.value || Object.keys(own.value).length > 0 ? language.value : 'en'));
  const formats = computed(() => {
    // A format keeps the time zone in which it was created.
    void useClock().zone;
    return createFormats(localeFor(language.value, globalThis.navigator?.languages ?? []));
  });
  let stopLoading: (() => void) | undefined;

  /**
   * Sets the language tag and the page's own strings. A language that isn't built in affects only dates, and strings
   * stay in English. English strings are also shown until a language has loaded.
   */
  function use(next: { language: string; messages?: OwnMessages | undefined }): void {
    stopLoading?.();
    language.value = next.language;
    own.value = next.messages ?? {};
    // `loadedTexts` isn't reactive, so an effect that calls `use` doesn't rerun when a language is loaded.
    const ready = loadedTexts(next.language);
    loaded.value = ready;
    const load = ready ? undefined : loaderFor(next.language);
    if (load) stopLoading = loadLate(load, (texts) => (loaded.value = texts), { at: 'immediately' });
  }

  return { language, lang, texts, formats, use };
});
