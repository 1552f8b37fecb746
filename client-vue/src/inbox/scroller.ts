import type { InjectionKey, Ref } from 'vue';

/** The element that scrolls the list. Without one, the page scrolls. */
export const SCROLLER: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroller');
