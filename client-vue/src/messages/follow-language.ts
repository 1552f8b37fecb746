import { onScopeDispose, ref, type Ref } from 'vue';
import { languageOf } from './languages.ts';

/** The language of an element. It follows the page's when that changes, until the effect scope ends. */
export function followLanguage(element: Element): Readonly<Ref<string>> {
  const language = ref(languageOf(element));
  const observer = new MutationObserver(() => (language.value = languageOf(element)));
  observer.observe(document.documentElement, { attributeFilter: ['lang'] });
  onScopeDispose(() => observer.disconnect());
  return language;
}
