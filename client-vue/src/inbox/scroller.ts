import type { InjectionKey, Ref } from 'vue';

/** The element that scrolls the list; if there is none, the page scrolls. */
export const SCROLLER: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroller');
