import { shallowRef } from 'vue';
import { defineStore } from '../define-store.ts';

export const NOTICE_MS = 8_000;

export type NoticeKind =
  | 'archived'
  | 'unarchived'
  | 'snoozed'
  | 'undone'
  | 'unsaved'
  | 'snooze-refused'
  | 'snooze-full';

export interface Notice {
  readonly key: number;
  readonly kind: NoticeKind;
  /** Number of changed notifications. */
  readonly count: number;
  readonly undo?: (() => void) | undefined;
}

/** The reader's last change in the inbox and how to undo it. */
export const useNotice = defineStore(() => {
  const notice = shallowRef<Notice>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isHeld = false;
  let keys = 0;

  function hide(): void {
    clearTimeout(timer);
    notice.value = undefined;
  }

  /** Keeps notices while `held` is true. Hides the last one `NOTICE_MS` after `held` becomes false. */
  function hold(held: boolean): void {
    isHeld = held;
    clearTimeout(timer);
    if (!held && notice.value) timer = setTimeout(hide, NOTICE_MS);
  }

  function show(kind: NoticeKind, count: number, undo?: () => void): void {
    notice.value = { key: ++keys, kind, count, undo };
    hold(isHeld);
  }

  function undo(): void {
    const before = notice.value;
    if (!before?.undo) return;
    hide();
    before.undo();
    show('undone', before.count);
  }

  return { notice, show, hide, hold, undo };
});
