import { watch, type Ref } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';

/**
 * Moves the focus to the list, or to its first row, if `button` disappears while it has the focus. Otherwise, the
 * inbox would no longer receive keys.
 */
export function useUndoFocus(button: Readonly<Ref<HTMLElement | null>>, canUndo: () => boolean): void {
  // Runs before the button is removed.
  watch(canUndo, () => {
    const element = button.value;
    if (!element || activeElementInRootOf(element) !== element) return;
    const list = element
      .closest('.tocsin')
      ?.querySelector<HTMLElement>('.tocsin-inbox-list, .tocsin-row-body');
    // An element that is removed while it has the focus sends no `focusout`.
    element.blur();
    list?.focus({ preventScroll: true });
  });
}
