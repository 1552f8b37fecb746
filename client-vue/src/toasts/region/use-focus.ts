import { ref, watch, type Ref } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';
import { useToasts } from '../store.ts';

/**
 * Keeps the focus when toasts disappear: moves it to the next toast or, if none is left, to the previously focused
 * element. Calls `setFocused` when the focus enters or leaves the region.
 */
export function useFocus(
  region: Readonly<Ref<HTMLElement | null>>,
  cardsOnScreen: () => readonly HTMLElement[],
  setFocused: (inside: boolean) => void,
): {
  onFocusIn: (event: FocusEvent) => void;
  onFocusOut: (event: FocusEvent) => void;
  returnFocus: () => boolean;
  takeFocus: () => void;
} {
  const toasts = useToasts();
  /** The element that had focus before it moved to the toasts. */
  const previous = ref<HTMLElement>();

  /** The focused element if it's in the region. */
  function focusedElement(): HTMLElement | undefined {
    const element = activeElementInRootOf(region.value);
    return element instanceof HTMLElement && region.value?.contains(element) ? element : undefined;
  }

  /** Moves the focus out of the region. Returns whether the focus was in the region. */
  function returnFocus(): boolean {
    const focused = focusedElement();
    // An element that is removed while it has the focus sends no `focusout`.
    focused?.blur();
    if (focused) previous.value?.focus();
    return focused !== undefined;
  }

  /**
   * Moves the focus into the region. Looks up the focused element first, because focus events don't name elements in
   * other shadow roots.
   */
  function takeFocus(): void {
    let focused: Element | null = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    region.value?.focus();
    if (focused instanceof HTMLElement && !region.value?.contains(focused)) previous.value = focused;
  }

  function moveFocus(keys: ReadonlySet<string | undefined>): void {
    const cards = cardsOnScreen();
    const staying = cards.filter(({ dataset }) => keys.has(dataset['toastKey']));
    if (staying.length === cards.length) return;
    const card = focusedElement()?.closest<HTMLElement>('[data-toast-key]');
    if (staying.length === 0) returnFocus();
    else if (card && !staying.includes(card))
      staying[0]?.querySelector<HTMLElement>('[data-testid="toast-dismiss"]')?.focus();
  }

  // Runs before the renderer removes cards.
  watch(
    () => toasts.view.cards,
    (cards) => moveFocus(new Set(cards.map(({ key }) => key))),
    { flush: 'sync' },
  );
  // A removed element sends no `focusout`. Watch the whole view, because the buttons below the cards can be removed as
  // well.
  watch(
    () => toasts.view,
    () => {
      if (!focusedElement()) setFocused(false);
    },
    { flush: 'post' },
  );

  return {
    onFocusIn({ relatedTarget }) {
      setFocused(true);
      if (relatedTarget instanceof HTMLElement && !region.value?.contains(relatedTarget))
        previous.value = relatedTarget;
    },
    onFocusOut({ relatedTarget }) {
      if (!(relatedTarget instanceof Node) || !region.value?.contains(relatedTarget)) setFocused(false);
    },
    returnFocus,
    takeFocus,
  };
}
