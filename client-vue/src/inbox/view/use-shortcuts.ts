import { ref, watch, type Ref } from 'vue';
import { activeElementInRootOf } from '../../active-element.ts';
import { useNotice } from '../../stores/reader/notice.ts';
import { useShortcutSetting } from '../../stores/reader/shortcuts.ts';

/** Elements that accept text or handle keys themselves. */
const KEY_CONSUMERS = 'input, select, textarea, [contenteditable], .tocsin-menu';

/**
 * Single-key shortcuts: j and k move to the next and previous row, e archives, u toggles read, z undoes, and ? shows
 * the shortcuts. They work only while focus is in the inbox and can be turned off (WCAG 2.1.4).
 */
export function useShortcuts(root: Readonly<Ref<HTMLElement | null>>) {
  const setting = useShortcutSetting();
  const notice = useNotice();
  const isHelpOpen = ref(false);
  /** The element that had focus before the help opened. */
  let previous: HTMLElement | null = null;
  // Runs before the help is removed. If the focus were lost, the inbox would no longer receive keys.
  watch(
    isHelpOpen,
    (isOpen) => {
      const focused = activeElementInRootOf(root.value) as HTMLElement | null;
      if (isOpen) previous = focused;
      else if (focused?.closest('.tocsin-keys')) {
        const list = root.value?.querySelector<HTMLElement>('.tocsin-inbox-list, .tocsin-row-body');
        (previous?.isConnected ? previous : list)?.focus();
      }
    },
    { flush: 'sync' },
  );

  const rows = (): HTMLElement[] => [
    ...(root.value?.querySelectorAll<HTMLElement>('.tocsin-row-body') ?? []),
  ];
  const indexOfCurrent = (all: readonly HTMLElement[]): number => {
    const focused = all.findIndex((row) => row.contains(activeElementInRootOf(row)));
    return focused >= 0 ? focused : all.findIndex((row) => row.getAttribute('aria-current') === 'true');
  };

  function go(step: 1 | -1): void {
    const all = rows();
    const index = indexOfCurrent(all);
    const next = index < 0 ? all[0] : all[index + step];
    next?.focus();
    if (next?.dataset['selectable']) next.click();
  }

  function press(...testIds: string[]): void {
    const all = rows();
    const row = all[indexOfCurrent(all)];
    const selector = testIds.map((id) => `[data-testid="${id}"]`).join();
    row?.focus();
    row?.querySelector<HTMLElement>(selector)?.click();
  }

  const keys: Readonly<Record<string, () => void>> = {
    j: () => go(1),
    k: () => go(-1),
    e: () => press('row-dismiss', 'row-restore'),
    u: () => press('mark-read', 'mark-unread'),
    z: () => notice.undo(),
    '?': () => (isHelpOpen.value = !isHelpOpen.value),
  };

  function onKeydown(event: KeyboardEvent): void {
    const { key, target, altKey, ctrlKey, metaKey, isComposing, defaultPrevented } = event;
    if (!setting.on || altKey || ctrlKey || metaKey || isComposing || defaultPrevented) return;
    if (!Object.hasOwn(keys, key) || (target instanceof Element && target.closest(KEY_CONSUMERS))) return;
    event.preventDefault();
    if (event.repeat && key !== 'j' && key !== 'k') return;
    keys[key]?.();
  }

  return { onKeydown, isHelpOpen };
}
