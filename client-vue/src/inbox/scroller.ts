import type { InjectionKey, Ref } from 'vue';

/** The element that scrolls a list; without one, the page scrolls. */
export const SCROLLER: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroller');
