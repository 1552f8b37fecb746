import { nextTick, onScopeDispose, watch, type Ref } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/**
 * Keeps focus in the list when rows are removed, and ignores key repeats. While a row's menu is open, the row counts as
 * focused. `menuButton` returns the button that opened the menu.
 */
export function useRowFocus(
  list: ElementRef,
  scroller: ElementRef | undefined,
  items: () => unknown,
  menuButton: () => Element | undefined,
) {
  const rows = (): HTMLElement[] => [
    ...(list.value?.querySelectorAll<HTMLElement>('.tocsin-row-body') ?? []),
  ];

  /** If a change removes the focused row, focuses the row that takes its place, not a button in that row. */
  async function keepFocus(change?: () => void): Promise<void> {
    const active = menuButton() ?? activeElementInRootOf(list.value);
    const before = active && list.value?.contains(active) ? rows() : [];
    const index = before.findIndex((row) => row.contains(active));
    change?.();
    await nextTick();
    if (index < 0 || before[index]?.isConnected) return;
    const after = rows();
    const next = before.slice(index).find((row) => row.isConnected);
    (next ?? after[index] ?? after.at(-1) ?? scroller?.value)?.focus();
  }

  // Rows can also disappear without an action in this list, for example after a retraction. Both callbacks run before
  // the rows are removed.
  watch(items, () => void keepFocus());
  onScopeDispose(() => void keepFocus());

  /** Ignores key repeats so that holding Enter or Space doesn't press a button repeatedly. */
  function ignoreHeldKeys(event: KeyboardEvent): void {
    if (!event.repeat || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { keepFocus, ignoreHeldKeys };
}
