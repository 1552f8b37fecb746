import { computed, ref, shallowRef } from 'vue';
import { createFormats } from '../format/time.ts';
import { loadLate } from '../load-late.ts';
import { defineStore } from '../stores/define-store.ts';
import { en } from './en/index.ts';
import { loadedTexts, loaderFor, localeFor } from './languages.ts';
import { withOwn, type Messages, type OwnMessages } from './messages.ts';

/** Parts that load later add theirs before they are drawn, so for its readers nothing is missing. */
const english = shallowRef(en as Messages);

/** Adds the English texts of parts that load later. Call it in the module that they are loaded with. */
export function addEnglish(texts: Partial<Messages>): void {
  english.value = { ...english.value, ...texts };
}

/** The texts and formats of the page. They follow `use`, so read them where they are drawn. */
export const useMessages = defineStore(() => {
  const language = ref('en');
  const own = shallowRef<OwnMessages>({});
  const loaded = shallowRef<Messages>();
  const texts = computed(() => withOwn(loaded.value ?? english.value, own.value));
  /** The language that the texts are in. */
  const spoken = computed(() => (loaded.value || Object.keys(own.value).length > 0 ? language.value : 'en'));
  const formats = computed(() =>
    createFormats(localeFor(language.value, globalThis.navigator?.languages ?? [])),
  );
  let stopLoading: (() => void) | undefined;

  /**
   * Takes a language, as a tag, and texts of the page's own. A language that is not built in keeps English texts, but
   * its dates. Until the texts of a language have come, English ones are shown.
   */
  function use(next: { language: string; messages?: OwnMessages | undefined }): void {
    stopLoading?.();
    language.value = next.language;
    own.value = next.messages ?? {};
    // Reads no state, so that an effect may call it.
    const ready = loadedTexts(next.language);
    loaded.value = ready;
    const load = ready ? undefined : loaderFor(next.language);
    if (load) stopLoading = loadLate(load, (texts) => (loaded.value = texts), { at: 'once' });
  }

  return { language, spoken, texts, formats, use };
});
