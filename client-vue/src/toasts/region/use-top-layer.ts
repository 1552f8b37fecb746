import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';
import { watchModalDialog } from './modal-dialog.ts';

/** Time for a toast to leave the screen (ms). Longer than the transition in `toasts.css`. */
const LEAVE_MS = 250;
/** Maximum number of times per second to raise the element above other elements that opened on top of it. */
const MAX_RAISES = 3;

/**
 * Keeps an element in the top layer while `active` is true. `dialog` is the page's topmost modal dialog, if any. The
 * element must move into it because everything outside it is inert. `raise` moves the element above elements opened
 * later.
 */
export function useTopLayer(
  element: Readonly<Ref<HTMLElement | null>>,
  active: Readonly<Ref<boolean>>,
): { dialog: Readonly<ShallowRef<HTMLDialogElement | undefined>>; raise: () => void } {
  const dialog = shallowRef<HTMLDialogElement>();
  let leaveTimer: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;
  let raises: number[] = [];

  const isOpen = (): boolean => element.value?.matches(':popover-open') ?? false;
  const hide = (): void => {
    if (isOpen()) element.value?.hidePopover();
  };

  function raise(): void {
    const { value } = element;
    // Browsers without popover support show the element in place.
    if (!active.value || !value?.isConnected || !('showPopover' in value)) return;
    clearTimeout(leaveTimer);
    const activeElement = activeElementInRootOf(value);
    const focused = activeElement instanceof HTMLElement && value.contains(activeElement);
    hide();
    value.showPopover();
    if (focused) activeElement.focus({ preventScroll: true });
  }

  /**
   * Raises the element above other elements that open in the top layer. Rate-limited so that two elements that both do
   * this don't compete forever.
   */
  function onToggle({ target, newState, timeStamp }: Event & { newState?: string }): void {
    if (newState !== 'open' || target === element.value) return;
    raises = raises.filter((at) => timeStamp - at < 1_000);
    if (raises.push(timeStamp) <= MAX_RAISES) raise();
  }

  watch(active, (now) => {
    clearTimeout(leaveTimer);
    if (now) raise();
    else leaveTimer = setTimeout(hide, LEAVE_MS);
  });
  onMounted(() => {
    stopWatching = watchModalDialog((front) => {
      dialog.value = front;
      void nextTick(raise);
    });
    // Use capture because `toggle` doesn't bubble.
    document.addEventListener('toggle', onToggle, true);
    raise();
  });
  onBeforeUnmount(() => {
    clearTimeout(leaveTimer);
    stopWatching?.();
    document.removeEventListener('toggle', onToggle, true);
  });
  return { dialog, raise };
}
