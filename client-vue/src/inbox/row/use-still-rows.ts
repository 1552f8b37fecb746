import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type Ref } from 'vue';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** Duration of the move of rows that make room for new ones, in ms. */
const MOVE_MS = 180;
/** Up to this distance from the top in pixels, the reader is at the top. */
const AT_TOP = 24;

/**
 * Keeps rows in place when others are added above. Browsers do so while the list is scrolled. At the very top, a row that
 * the reader points at, has focused or has touched stays where it is and new ones wait above; else rows move aside.
 */
export function useStillRows(list: ElementRef, scroller: ElementRef | undefined) {
  let isTouched = false;
  let before: { row: Element; top: number; isHeld: boolean } | undefined;

  const scrolled = (): number => scroller?.value?.scrollTop ?? scrollY;
  const look = (): void => {
    if (scrolled() > AT_TOP) isTouched = false;
  };

  onMounted(() => (scroller?.value ?? window).addEventListener('scroll', look, { passive: true }));
  onBeforeUnmount(() => (scroller?.value ?? window).removeEventListener('scroll', look));

  onBeforeUpdate(() => {
    before = undefined;
    if (scrolled() > AT_TOP) return;
    const held = list.value?.querySelector('.tocsin-row:hover, .tocsin-row:focus-within');
    const first = list.value?.querySelector('.tocsin-row');
    const row = held ?? first;
    if (row) before = { row, top: row.getBoundingClientRect().top, isHeld: Boolean(held) || isTouched };
  });

  onUpdated(() => {
    if (!before?.row.isConnected) return;
    const moved = before.row.getBoundingClientRect().top - before.top;
    if (moved <= 0) return;
    if (before.isHeld) (scroller?.value ?? window).scrollBy(0, moved);
    else slideDown(moved);
  });

  /** Draws the rows where they were, and moves them from there. */
  function slideDown(pixels: number): void {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    list.value?.animate([{ transform: `translateY(${-pixels}px)` }, { transform: 'none' }], {
      duration: MOVE_MS,
      easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
    });
  }

  return { touched: () => void (isTouched = true) };
}
