import { isExpired, type GoneReason, type LivePublication } from '@tocsin/contracts';
import { computed, ref, shallowRef } from 'vue';
import { defineStore } from '../stores/define-store.ts';
import type { ToastRenderer } from './adapter.ts';
import { useLiveMessages } from './speech/live-messages.ts';
import { Countdowns } from './stack/countdowns.ts';
import { ToastStack, type StackView, type ViewOptions } from './stack/stack.ts';
import { summaryOf, toastKey, toastOf, type Missed } from './stack/toast-of.ts';
import { isSticky, type Toast } from './stack/toast.ts';

/** Display time for toasts other than errors (ms). */
export const TOAST_MS = 6_000;
/** Toasts that would end this close together (ms) end at the same time so that hidden toasts don't appear briefly. */
const END_TOGETHER_MS = 250;
/** Maximum number of cards on the screen at a time, space permitting. */
export const MAX_SLOTS = 3;

/** The page's toasts. Decides which toasts are shown and when they end, and sends live messages. */
export const useToasts = defineStore(() => {
  const liveMessages = useLiveMessages();
  const stack = new ToastStack();
  const countdowns = new Countdowns();
  const view = shallowRef<StackView>({ cards: [], foldedErrors: 0, more: 0 });
  const slots = ref(MAX_SLOTS);
  /** Whether the error fold is open. */
  const opened = ref(false);
  let keep: ReadonlySet<string> | undefined;
  let renderer: ToastRenderer | undefined;
  let summaries = 0;

  const visible = computed(() => view.value.cards.length);
  const more = computed(() => view.value.more);
  const isAnyVisible = computed(() => visible.value > 0);

  const options = (): ViewOptions => ({ slots: slots.value, opened: opened.value, ...(keep && { keep }) });

  function refresh(): void {
    let next = stack.view(options());
    if (opened.value && stack.view({ slots: slots.value }).foldedErrors === 0) {
      opened.value = false;
      next = stack.view(options());
    }
    view.value = next;
    renderer?.draw(next.cards);
  }

  function add(toasts: readonly Toast[]): void {
    const changed = new Set(stack.add(toasts));
    liveMessages.announce(toasts);
    const { cards } = stack.view({ slots: Infinity });
    for (const card of cards) {
      if (!changed.has(card.key)) continue;
      if (isSticky(card)) countdowns.cancel(card.key);
      else countdowns.start(card.key, TOAST_MS, () => expire(card.key));
    }
    refresh();
  }

  function expire(key: string): void {
    for (const due of [key, ...countdowns.takeDue(END_TOGETHER_MS)]) stack.dismiss(due);
    refresh();
  }

  function show(feed: string, publications: readonly LivePublication[]): void {
    const now = Date.now();
    const current = publications.filter(({ notification }) => !isExpired(notification, now));
    if (current.length > 0) add(current.map(({ notification }) => toastOf(feed, notification)));
  }

  function summarizeMissed(missed: Missed): void {
    add([summaryOf(missed, summaries++)]);
  }

  /** Shows text in a toast that doesn't belong to a single notification. */
  function announce(title: string): void {
    add([{ key: `summary//${summaries++}`, kind: 'summary', severity: 'info', title, actions: [] }]);
  }

  function dismiss(key: string): void {
    countdowns.cancel(key);
    if (stack.dismiss(key)) refresh();
  }

  function dismissAll(): void {
    countdowns.clear();
    stack.clear();
    refresh();
  }

  function remove(feed: string, ids: readonly string[], reason?: GoneReason): void {
    const replaced = reason === 'replaced';
    const keys = new Set(ids.map((id) => toastKey(feed, id)));
    for (const key of keys) {
      const gone = stack.remove(key, { replaced });
      if (gone !== undefined) countdowns.cancel(gone);
    }
    liveMessages.drop(({ key }) => keys.has(key), reason === 'retracted');
    refresh();
  }

  function clear(feed: string): void {
    for (const key of stack.clearFeed(feed)) countdowns.cancel(key);
    liveMessages.drop((toast) => toast.feed === feed, true);
    refresh();
  }

  /** Resets "N more" when the reader opens the inbox, which lists these notifications. */
  function clearMore(): void {
    for (const key of stack.clearMore(options())) countdowns.cancel(key);
    refresh();
  }

  /** While held, cards stay on the screen with paused countdowns. */
  function hold(held: boolean): void {
    keep = held ? new Set(view.value.cards.map(({ key }) => key)) : undefined;
    if (held) countdowns.pause('held');
    else countdowns.resume('held');
    refresh();
  }

  return {
    ...{ isAnyVisible, visible, more, view, opened },
    ...{ show, summarizeMissed, announce, dismiss, dismissAll, remove, clear, clearMore, hold },
    setSlots(count: number) {
      slots.value = count;
      refresh();
    },
    open(now: boolean) {
      opened.value = now;
      refresh();
    },
    pause: (reason: string) => countdowns.pause(reason),
    resume: (reason: string) => countdowns.resume(reason),
    renderWith(next: ToastRenderer) {
      renderer = next;
      refresh();
    },
    /** Removes the renderer's cards from the page. Another renderer might have taken over. */
    stopRendering(previous: ToastRenderer) {
      if (renderer === previous) renderer = undefined;
      previous.unmount();
    },
  };
});
