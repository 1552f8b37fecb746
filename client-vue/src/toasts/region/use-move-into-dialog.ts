import { onBeforeUnmount, watch, type Ref } from 'vue';

/**
 * Moves an element into the page's modal dialog while the dialog is open, because everything outside the dialog is
 * inert. A custom element moves as a whole, including the shadow root. If a component renders the element, the element
 * must be the only child of its parent, because Vue doesn't know about the move.
 */
export function useMoveIntoDialog(
  getElement: () => HTMLElement | null | undefined,
  dialog: Readonly<Ref<HTMLDialogElement | undefined>>,
): void {
  const place = document.createComment('tocsin-toasts');

  function moveBack(element: Element): void {
    if (place.isConnected) place.replaceWith(element);
  }

  watch(dialog, (front) => {
    const element = getElement();
    if (!element) return;
    if (!front) return moveBack(element);
    if (!place.isConnected) element.before(place);
    front.append(element);
  });
  onBeforeUnmount(() => {
    const element = getElement();
    // Don't reinsert a custom element that the page has removed.
    if (element?.isConnected) moveBack(element);
    place.remove();
  });
}
