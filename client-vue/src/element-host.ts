import type { InjectionKey } from 'vue';

/** The custom element whose shadow root contains the component. Not provided outside custom elements. */
export const ELEMENT_HOST: InjectionKey<HTMLElement> = Symbol('tocsin-element-host');
