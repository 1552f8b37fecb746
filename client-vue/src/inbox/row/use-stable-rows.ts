import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type Ref } from 'vue';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** Fade-in duration of new rows (ms). */
const FADE_MS = 180;
/** The list counts as unscrolled if it's within this distance of the top (px). */
const TOP_PX = 24;

/**
 * Handles new rows at the top of the list. While the list is scrolled, browsers keep the visible rows in place. At the
 * top, this function does so by scrolling if a row is hovered or focused, or if the list was touched. Otherwise, the
 * rows move down to make room.
 */
export function useStableRows(list: ElementRef, scroller: ElementRef | undefined) {
  let isTouched = false;
  let frame = 0;
  let before: { row: Element; top: number; isHeld: boolean } | undefined;

  const scrolled = (): number => scroller?.value?.scrollTop ?? scrollY;
  const onScroll = (): void => {
    if (scrolled() > TOP_PX) isTouched = false;
  };

  onMounted(() => (scroller?.value ?? window).addEventListener('scroll', onScroll, { passive: true }));
  onBeforeUnmount(() => cancelAnimationFrame(frame));
  onBeforeUnmount(() => (scroller?.value ?? window).removeEventListener('scroll', onScroll));

  onBeforeUpdate(() => {
    before = undefined;
    if (scrolled() > TOP_PX) return;
    const activeRow = list.value?.querySelector('.tocsin-row:hover, .tocsin-row:focus-within');
    const firstRow = list.value?.querySelector('.tocsin-row');
    const row = activeRow ?? firstRow;
    if (row) before = { row, top: row.getBoundingClientRect().top, isHeld: Boolean(activeRow) || isTouched };
  });

  onUpdated(() => {
    if (!before?.row.isConnected) return;
    // `before.top` includes any transform that was holding the rows. Remove the transform before remeasuring.
    shiftUp(0);
    const distance = before.row.getBoundingClientRect().top - before.top;
    if (distance <= 0) return;
    if (before.isHeld) (scroller?.value ?? window).scrollBy(0, distance);
    else makeRoom(before.row, distance);
  });

  /**
   * Holds existing rows in place with a `transform` for one frame, then moves them down while new rows fade in.
   * Browsers count rows moved by a new row as a layout shift, but not rows moved by a `transform`.
   */
  function makeRoom(row: Element, pixels: number): void {
    shiftUp(pixels);
    frame = requestAnimationFrame(() => (frame = requestAnimationFrame(() => shiftUp(0))));
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (let added = row.previousElementSibling; added; added = added.previousElementSibling)
      added.animate([{ opacity: 0 }, { opacity: 1 }], FADE_MS);
  }

  function shiftUp(pixels: number): void {
    cancelAnimationFrame(frame);
    if (list.value) list.value.style.transform = pixels > 0 ? `translateY(${-pixels}px)` : '';
  }

  return { onTouch: () => void (isTouched = true) };
}
