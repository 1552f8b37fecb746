import type { Component, VNodeChild } from 'vue';
import { createToastInterface, POSITION } from 'vue-toastification';
import type { Toast } from './queue.ts';

export interface ToastRenderer {
  show(toast: Toast): void;
  hide(key: string): void;
}

/** How long a toast needs to leave the screen, in milliseconds; the transition of `toasts.css` is shorter. */
export const LEAVE_MS = 250;

/**
 * The only place that knows vue-toastification. The library renders and moves; the queue, the times, the live
 * regions and Esc are ours, since it pauses only on hover and makes every toast an alert of its own.
 */
export function createToastRenderer(
  container: HTMLElement,
  card: Component,
  dismissed: (key: string) => void,
  content?: (props: { toast: Toast }) => VNodeChild,
): ToastRenderer {
  let early: (() => void)[] | undefined = [];
  const toast = createToastInterface({
    container,
    position: POSITION.BOTTOM_RIGHT,
    newestOnTop: true,
    maxToasts: 4,
    timeout: false,
    closeOnClick: false,
    draggable: false,
    pauseOnFocusLoss: false,
    pauseOnHover: false,
    icon: false,
    closeButton: false,
    hideProgressBar: true,
    accessibility: { toastRole: 'none' },
    transition: { enter: 'tocsin-toast-enter', leave: 'tocsin-toast-leave', move: 'tocsin-toast-move' },
    onMounted: () => {
      // The library loses what it is told before this.
      const calls = early ?? [];
      early = undefined;
      for (const call of calls) call();
    },
  });
  const whenMounted = (call: () => void): void => {
    if (early) early.push(call);
    else call();
  };
  return {
    show: (shown) =>
      whenMounted(() => {
        const listeners = { dismiss: () => dismissed(shown.key) };
        toast({ component: card, props: { toast: shown, content }, listeners }, { id: shown.key });
      }),
    hide: (key) => whenMounted(() => toast.dismiss(key)),
  };
}
