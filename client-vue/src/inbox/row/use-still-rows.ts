import { onBeforeUnmount, onBeforeUpdate, onMounted, onUpdated, type Ref } from 'vue';

type ElementRef = Readonly<Ref<HTMLElement | null>>;

/** Pixels by which rows move in one frame: up to three are no jump to the eye, and none to the browser's measure. */
const STEP_PX = 2.75;
/** Rows that have to make more room than this do so at once. */
const MOST_PX = 480;
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
    else moveAside(before.row, moved);
  });

  /** How far the rows still have to move, and the chunk in front of them. */
  let behind = 0;
  let front: HTMLElement | undefined;

  function setBehind(pixels: number, chunk: HTMLElement | undefined): void {
    if (front && front !== chunk) front.style.marginBlockStart = '';
    [behind, front] = [pixels, chunk];
    if (front) front.style.marginBlockStart = pixels > 0 ? `${-pixels}px` : '';
  }

  function step(): void {
    setBehind(Math.max(0, behind - STEP_PX), front);
    if (behind > 0) requestAnimationFrame(step);
  }

  /** Leaves the rows where they were, and lets new ones push them aside in small steps. */
  function moveAside(row: Element, pixels: number): void {
    const chunk = row.closest('.tocsin-day-list')?.firstElementChild;
    const isStill = document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!(chunk instanceof HTMLElement) || isStill || behind + pixels > MOST_PX)
      return setBehind(0, undefined);
    const isMoving = behind > 0;
    setBehind(behind + pixels, chunk);
    if (!isMoving) requestAnimationFrame(step);
  }

  return { touched: () => void (isTouched = true) };
}
