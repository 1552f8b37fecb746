import type { InjectionKey } from 'vue';

/** The custom element in whose shadow root a component is; absent elsewhere. */
export const ELEMENT_HOST: InjectionKey<HTMLElement> = Symbol('tocsin-element-host');
