import type { InjectionKey, Ref } from 'vue';

/** The element that scrolls a list; without one the page does. */
export const SCROLLER: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroller');
