import { shallowRef, type App, type Component } from 'vue';
import { createToastInterface, POSITION } from 'vue-toastification';

/** A card on the screen, identified by key. */
type DrawnCard = Readonly<{ key: string }>;

export interface ToastRenderer {
  /** Shows exactly these cards in this order. */
  draw(cards: readonly DrawnCard[]): void;
  /** Removes all cards. Later `draw` calls have no effect. */
  unmount(): void;
}

/**
 * Creates a renderer that shows each card as the component `card` with the given `props` and `cardKey`. This is the
 * only module that uses vue-toastification, which renders and moves toasts. The library pauses only on hover or when
 * the window loses focus, and makes every toast an alert. This package therefore handles order, stacking, timing,
 * gestures, live regions and Escape itself.
 */
export function createToastRenderer(
  container: HTMLElement,
  card: Component,
  props: Readonly<Record<string, unknown>>,
): ToastRenderer {
  const order = shallowRef<ReadonlyMap<string, number>>(new Map());
  let isMounted = false;
  let isUnmounted = false;
  let app: App | undefined;
  const shownKeys = new Set<string>();
  let frame = 0;
  const toast = createToastInterface({
    container,
    position: POSITION.BOTTOM_RIGHT,
    newestOnTop: false,
    maxToasts: Infinity,
    filterToasts: (toasts) => {
      const positions = order.value;
      return toasts.toSorted(
        (a, b) => (positions.get(String(a.id)) ?? 0) - (positions.get(String(b.id)) ?? 0),
      );
    },
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
    onMounted: (_component, mounted) => {
      if (isUnmounted) return mounted.unmount();
      app = mounted;
      // The library drops updates until mounted.
      isMounted = true;
      draw();
    },
  });

  function draw(): void {
    if (!isMounted) return;
    for (const key of shownKeys) {
      if (order.value.has(key)) continue;
      shownKeys.delete(key);
      toast.dismiss(key);
    }
    for (const key of order.value.keys()) {
      if (shownKeys.has(key)) continue;
      shownKeys.add(key);
      toast({ component: card, props: { ...props, cardKey: key } }, { id: key });
    }
  }

  return {
    draw(cards) {
      order.value = new Map(cards.map(({ key }, index) => [key, index]));
      cancelAnimationFrame(frame);
      // Transitions don't end in a hidden tab, so outgoing cards would pile up. The next frame is drawn when the tab is
      // visible.
      if (document.hidden) frame = requestAnimationFrame(draw);
      else draw();
    },
    unmount() {
      cancelAnimationFrame(frame);
      isMounted = false;
      isUnmounted = true;
      app?.unmount();
      app = undefined;
    },
  };
}
