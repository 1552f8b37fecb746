import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { activeElementBeside } from '../../active-element.ts';
import { watchModalDialog } from './modal-dialog.ts';

/** How long a toast may take to leave the screen, in ms. The transition in `toasts.css` is shorter. */
const LEAVE_MS = 250;
/** How often it may be raised within a second because other elements opened. */
const MAX_RAISES = 3;

/**
 * Keeps an element in the top layer while it is `wanted`, and reports the modal dialog into which it must move so as
 * not to be inert. `raise` puts it above elements that were added later.
 */
export function useTopLayer(
  element: Readonly<Ref<HTMLElement | null>>,
  wanted: Readonly<Ref<boolean>>,
): { dialog: Readonly<ShallowRef<HTMLDialogElement | undefined>>; raise: () => void } {
  const dialog = shallowRef<HTMLDialogElement>();
  let leaving: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;
  let raises: number[] = [];

  const isOpen = (): boolean => element.value?.matches(':popover-open') ?? false;
  const hide = (): void => {
    if (isOpen()) element.value?.hidePopover();
  };

  function raise(): void {
    const { value } = element;
    // Browsers without popovers show it in place.
    if (!wanted.value || !value?.isConnected || !('showPopover' in value)) return;
    clearTimeout(leaving);
    const activeElement = activeElementBeside(value);
    const focused = activeElement instanceof HTMLElement && value.contains(activeElement);
    hide();
    value.showPopover();
    if (focused) activeElement.focus({ preventScroll: true });
  }

  /**
   * Raises the element above anything that opens in the top layer. Limited, so that two such elements don't race
   * forever.
   */
  function onToggle({ target, newState, timeStamp }: Event & { newState?: string }): void {
    if (newState !== 'open' || target === element.value) return;
    raises = raises.filter((at) => timeStamp - at < 1_000);
    if (raises.push(timeStamp) <= MAX_RAISES) raise();
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
    // Captured, since `toggle` does not bubble.
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
