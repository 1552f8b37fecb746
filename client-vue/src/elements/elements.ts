import { h } from 'vue';
import NotificationBell from '../inbox/NotificationBell.vue';
import NotificationToasts from '../toasts/NotificationToasts.vue';
import { defineElement } from './define-element.ts';

export type { ElementEvents } from './define-element.ts';

/**
 * Registers `<tocsin-bell>` and `<tocsin-toasts>` unless they are already registered. `server` is the bff's origin
 * for elements without a `server` attribute.
 */
export function defineTocsinElements({ server = globalThis.location?.origin ?? '' } = {}): void {
  if (typeof customElements === 'undefined') return;
  const define = (name: string, element: CustomElementConstructor): void => {
    if (!customElements.get(name)) customElements.define(name, element);
  };
  define(
    'tocsin-bell',
    defineElement(server, {}, () => h(NotificationBell)),
  );
  define(
    'tocsin-toasts',
    defineElement(server, { hotkey: String }, ({ hotkey }) =>
      h(NotificationToasts, typeof hotkey === 'string' ? { hotkey } : {}),
    ),
  );
}
