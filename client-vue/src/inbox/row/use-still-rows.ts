import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type Ref } from 'vue';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** How long new rows take to appear, in ms. */
const FADE_MS = 180;
/** Up to this distance from the top in pixels, the reader is at the top. */
const AT_TOP = 24;

/**
 * Keeps rows in place when others are added above. Browsers do so while the list is scrolled. At the very top, a row that
 * the reader points at, has focused or has touched stays where it is and new ones wait above; else rows move aside.
 */
export function useStillRows(list: ElementRef, scroller: ElementRef | undefined) {
  let isTouched = false;
  let frame = 0;
  let before: { row: Element; top: number; isHeld: boolean } | undefined;

  const scrolled = (): number => scroller?.value?.scrollTop ?? scrollY;
  const look = (): void => {
    if (scrolled() > AT_TOP) isTouched = false;
  };

  onMounted(() => (scroller?.value ?? window).addEventListener('scroll', look, { passive: true }));
  onBeforeUnmount(() => cancelAnimationFrame(frame));
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
    // `before` has the position on the screen, even while the rows are held.
    draw(0);
    const moved = before.row.getBoundingClientRect().top - before.top;
    if (moved <= 0) return;
    if (before.isHeld) (scroller?.value ?? window).scrollBy(0, moved);
    else makeRoom(before.row, moved);
  });

  /**
   * Draws the rows where they were for one frame, then below the new ones, which fade in. Browsers count rows that a new
   * one moves as a layout shift, but not those that a plain `transform` holds in place and then lets go.
   */
  function makeRoom(row: Element, pixels: number): void {
    draw(pixels);
    frame = requestAnimationFrame(() => (frame = requestAnimationFrame(() => draw(0))));
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (let added = row.previousElementSibling; added; added = added.previousElementSibling)
      added.animate([{ opacity: 0 }, { opacity: 1 }], FADE_MS);
  }

  function draw(above: number): void {
    cancelAnimationFrame(frame);
    if (list.value) list.value.style.transform = above > 0 ? `translateY(${-above}px)` : '';
  }

  return { touched: () => void (isTouched = true) };
}
