import type { InjectionKey } from 'vue';

/** The custom element that contains the component in its shadow root. Not provided outside custom elements. */
export const ELEMENT_HOST: InjectionKey<HTMLElement> = Symbol('tocsin-element-host');
