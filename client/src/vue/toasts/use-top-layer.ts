import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { LEAVE_MS } from './adapter.ts';
import { watchModalDialog } from './modal-dialog.ts';

/**
 * Keeps an element in the top layer, above all that was put there before, while it is `wanted`, and tells into which
 * modal dialog it has to move so that it is not inert. `raise` puts it above what has come meanwhile.
 */
export function useTopLayer(
  element: Readonly<Ref<HTMLElement | null>>,
  wanted: Readonly<Ref<boolean>>,
): { dialog: Readonly<ShallowRef<HTMLDialogElement | undefined>>; raise: () => void } {
  const dialog = shallowRef<HTMLDialogElement>();
  let leaving: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;

  const isOpen = (): boolean => element.value?.matches(':popover-open') ?? false;
  const hide = (): void => {
    if (isOpen()) element.value?.hidePopover();
  };

  function raise(): void {
    const { value } = element;
    // Browsers without popovers show it where it is.
    if (!wanted.value || !value?.isConnected || !('showPopover' in value)) return;
    clearTimeout(leaving);
    const { activeElement } = document;
    const focused = activeElement instanceof HTMLElement && value.contains(activeElement);
    hide();
    value.showPopover();
    if (focused) activeElement.focus({ preventScroll: true });
  }

  function onToggle({ target, newState }: Event & { newState?: string }): void {
    if (newState === 'open' && target !== element.value) raise();
  }

  watch(wanted, (now) => {
    clearTimeout(leaving);
    if (now) raise();
    else leaving = setTimeout(hide, LEAVE_MS);
  });
  onMounted(() => {
    stopWatching = watchModalDialog((front) => {
      dialog.value = front;
      void nextTick(raise);
    });
    // Also where it does not bubble: whatever opens in the top layer would cover it.
    document.addEventListener('toggle', onToggle, true);
    raise();
  });
  onBeforeUnmount(() => {
    clearTimeout(leaving);
    stopWatching?.();
    document.removeEventListener('toggle', onToggle, true);
  });
  return { dialog, raise };
}
