import { nextTick, type Ref } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** Keeps focus in the list when rows are removed, and ignores key repeats. */
export function useRowFocus(list: ElementRef, scroller: ElementRef | undefined) {
  const rows = (): HTMLElement[] => [
    ...(list.value?.querySelectorAll<HTMLElement>('.tocsin-row-body') ?? []),
  ];

  /** If a change removes the focused row, focuses the row that takes its place, not a button in that row. */
  async function keepFocus(change: () => void): Promise<void> {
    const before = rows();
    const index = before.findIndex((row) => row.contains(activeElementInRootOf(row)));
    change();
    await nextTick();
    if (index < 0 || before[index]?.isConnected) return;
    const after = rows();
    (after[index] ?? after.at(-1) ?? scroller?.value)?.focus();
  }

  /** Ignores key repeats so that holding Enter or Space doesn't press a button repeatedly. */
  function ignoreHeldKeys(event: KeyboardEvent): void {
    if (!event.repeat || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { keepFocus, ignoreHeldKeys };
}
