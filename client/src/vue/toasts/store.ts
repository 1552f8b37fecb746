import { isExpired, type LivePublication } from '@tocsin/contracts';
import { computed, ref } from 'vue';
import { defineStore } from '../stores/define-store.ts';
import { LEAVE_MS, type ToastRenderer } from './adapter.ts';
import { useAnnouncements } from './announcements.ts';
import { Countdowns } from './countdowns.ts';
import { isSticky, ToastQueue, type Toast } from './queue.ts';
import { spokenOf, summaryOf, toastKey, toastOf, type Missed } from './toast-of.ts';

/** Toasts other than errors stay so long. */
export const TOAST_MS = 6_000;
const MORE = 'more';

/** The toasts of the page: what is queued, for how long it is shown, what is said of it. */
export const useToasts = defineStore(() => {
  const announcements = useAnnouncements();
  const queue = new ToastQueue();
  const countdowns = new Countdowns();
  const visible = ref(0);
  /** The key of the toast that came last. */
  const newest = ref<string>();
  const more = ref(0);
  let renderer: ToastRenderer | undefined;
  let summaries = 0;
  let moreRuns = false;

  const any = computed(() => visible.value > 0 || more.value > 0);

  function refresh(): void {
    const before = more.value;
    visible.value = queue.visible.length;
    newest.value = queue.visible.at(-1)?.key;
    more.value = queue.more;
    if (more.value > 0 && queue.drained && visible.value < 3) startMore(before !== more.value);
    if (more.value === 0) {
      countdowns.cancel(MORE);
      moreRuns = false;
    }
  }

  function startMore(anew: boolean): void {
    if (!anew && moreRuns) return;
    moreRuns = true;
    countdowns.start(MORE, TOAST_MS, () => {
      moreRuns = false;
      queue.forgetMore();
      refresh();
    });
  }

  function put(shown: readonly Toast[]): void {
    for (const toast of shown) {
      renderer?.show(toast);
      announcements.announce(spokenOf(toast), toast.severity);
      if (!isSticky(toast)) countdowns.start(toast.key, TOAST_MS, () => dismiss(toast.key));
    }
    refresh();
  }

  function add(toasts: readonly Toast[]): void {
    const before = queue.more;
    put(queue.add(toasts));
    if (before === 0 && queue.more > 0) announcements.announce(`And ${queue.more} more notifications`);
  }

  /** Shows what was published just now. */
  function show(feed: string, publications: readonly LivePublication[]): void {
    const now = Date.now();
    const current = publications.filter(({ notification }) => !isExpired(notification, now));
    add(current.map(({ notification }) => toastOf(feed, notification)));
  }

  /** Says in one toast what was missed. */
  function summarise(missed: Missed): void {
    add([summaryOf(missed, summaries++)]);
  }

  function leave(key: string): void {
    countdowns.cancel(key);
    renderer?.hide(key);
    setTimeout(() => put(queue.left(key)), LEAVE_MS);
  }

  function dismiss(key: string): void {
    if (queue.dismiss(key)) leave(key);
    refresh();
  }

  function dismissAll(): void {
    for (const key of queue.clear()) leave(key);
    refresh();
  }

  /** What is gone from the feed is not shown any more. */
  function remove(feed: string, ids: readonly string[]): void {
    for (const id of ids) dismiss(toastKey(feed, id));
  }

  /** Nothing of the feed is shown any more. */
  function clear(feed: string): void {
    const keys = queue.all.flatMap(({ key, notificationId: id }) =>
      id !== undefined && key === toastKey(feed, id) ? [key] : [],
    );
    for (const key of keys) dismiss(key);
  }

  return {
    any,
    visible,
    more,
    newest,
    show,
    summarise,
    dismiss,
    dismissAll,
    remove,
    clear,
    pause: (reason: string) => countdowns.pause(reason),
    resume: (reason: string) => countdowns.resume(reason),
    renderWith(next: ToastRenderer) {
      renderer = next;
    },
  };
});
