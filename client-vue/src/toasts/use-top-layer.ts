import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { activeElementBeside } from '../active-element.ts';
import { watchModalDialog } from './modal-dialog.ts';

/** How long a toast needs to leave the screen, in milliseconds; the transition of `toasts.css` is shorter. */
const LEAVE_MS = 250;
/** It is raised so often within a second because others opened. */
const MAX_RAISES = 3;

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
  let raises: number[] = [];

  const isOpen = (): boolean => element.value?.matches(':popover-open') ?? false;
  const hide = (): void => {
    if (isOpen()) element.value?.hidePopover();
  };

  function raise(): void {
    const { value } = element;
    // Browsers without popovers show it where it is.
    if (!wanted.value || !value?.isConnected || !('showPopover' in value)) return;
    clearTimeout(leaving);
    const activeElement = activeElementBeside(value);
    const focused = activeElement instanceof HTMLElement && value.contains(activeElement);
    hide();
    value.showPopover();
    if (focused) activeElement.focus({ preventScroll: true });
  }

  /** What opens in the top layer would cover it. Another that does the same must not lead to a race without end. */
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
    // Captured, since it does not bubble.
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
