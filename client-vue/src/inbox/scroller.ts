import type { InjectionKey, Ref } from 'vue';

/** The list's scroll container. If not provided, the page scrolls. */
export const SCROLLER: InjectionKey<Readonly<Ref<HTMLElement | null>>> = Symbol('scroller');
