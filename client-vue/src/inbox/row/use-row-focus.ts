import { nextTick, type Ref } from 'vue';
import { activeElementBeside } from '../../active-element.ts';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** Keeps the focus in the list while rows go, and makes a held key act once. */
export function useRowFocus(list: ElementRef, scroller: ElementRef | undefined) {
  const rows = (): HTMLElement[] => [
    ...(list.value?.querySelectorAll<HTMLElement>('.tocsin-row-body') ?? []),
  ];

  /** After a change that removes the focused row, the row that takes its place has the focus: never one of its buttons. */
  async function keepFocus(change: () => void): Promise<void> {
    const before = rows();
    const index = before.findIndex((row) => row.contains(activeElementBeside(row)));
    change();
    await nextTick();
    if (index < 0 || before[index]?.isConnected) return;
    const after = rows();
    (after[index] ?? after.at(-1) ?? scroller?.value)?.focus();
  }

  /** A held Enter or space repeats; a button would be pressed with each. */
  function ignoreHeldKeys(event: KeyboardEvent): void {
    if (!event.repeat || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { keepFocus, ignoreHeldKeys };
}
