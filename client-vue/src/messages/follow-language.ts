import { onScopeDispose, ref, type Ref } from 'vue';
import { languageOf } from './languages.ts';

/** Returns an element's language. The ref follows the page's language until the effect scope is disposed. */
export function followLanguage(element: Element): Readonly<Ref<string>> {
  const language = ref(languageOf(element));
  const observer = new MutationObserver(() => (language.value = languageOf(element)));
  observer.observe(document.documentElement, { attributeFilter: ['lang'] });
  onScopeDispose(() => observer.disconnect());
  return language;
}
