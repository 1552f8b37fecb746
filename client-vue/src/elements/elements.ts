import { h } from 'vue';
import NotificationBell from '../inbox/NotificationBell.vue';
import NotificationToasts from '../toasts/NotificationToasts.vue';
import { defineElement } from './define-element.ts';

export type { ElementEvents } from './define-element.ts';

/**
 * Registers `<tocsin-bell>` and `<tocsin-toasts>`. Calling it again, or after another copy of this script, does nothing.
 * `server` is the origin of the bff for elements without the attribute of this name.
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
