import { computed, ref, shallowRef } from 'vue';
import { createFormats } from '../format/time.ts';
import { loadLate } from '../load-late.ts';
import { defineStore } from '../stores/define-store.ts';
import { en } from './en/index.ts';
import { loaderFor, localeFor } from './languages.ts';
import { withOwn, type Messages, type OwnMessages } from './messages.ts';

/** The texts and formats of the page. They follow `use`, so read them where they are drawn. */
export const useMessages = defineStore(() => {
  const language = ref('en');
  const own = shallowRef<OwnMessages>({});
  const base = shallowRef<Messages>(en);
  const texts = computed(() => withOwn(base.value, own.value));
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
    const load = loaderFor(next.language);
    if (!load) base.value = en;
    else stopLoading = loadLate(load, (loaded) => (base.value = loaded));
  }

  return { language, texts, formats, use };
});
