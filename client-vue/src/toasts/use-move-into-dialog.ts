import { onBeforeUnmount, watch, type Ref } from 'vue';

/**
 * Moves a custom element with its shadow root into the page's modal dialog, and back when that closes: outside of the
 * dialog it would be inert, and its content cannot leave the shadow root without its style.
 */
export function useMoveIntoDialog(
  host: HTMLElement,
  dialog: Readonly<Ref<HTMLDialogElement | undefined>>,
): void {
  const place = document.createComment('tocsin-toasts');

  function moveBack(): void {
    if (!place.isConnected) return;
    place.replaceWith(host);
  }

  watch(dialog, (front) => {
    if (!front) return moveBack();
    if (!place.isConnected) host.before(place);
    front.append(host);
  });
  onBeforeUnmount(() => place.remove());
}
