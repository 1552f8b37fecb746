import type { Severity } from '@tocsin/contracts';
import { ref } from 'vue';
import { defineStore } from '../stores/define-store.ts';

export interface Announcement {
  readonly key: number;
  readonly text: string;
}

/** A line leaves its live region after so long; screen readers have taken it by then. */
const KEEP_MS = 20_000;
const MAX_LINES = 30;

/** What the two live regions say. Each line is added once and never changed, so it is read once. */
export const useAnnouncements = defineStore(() => {
  const polite = ref<Announcement[]>([]);
  const assertive = ref<Announcement[]>([]);
  let key = 0;

  function announce(text: string, severity: Severity = 'info'): void {
    const region = severity === 'warning' || severity === 'error' ? assertive : polite;
    const line = { key: key++, text };
    region.value = [...region.value.slice(1 - MAX_LINES), line];
    setTimeout(() => {
      region.value = region.value.filter((other) => other.key !== line.key);
    }, KEEP_MS);
  }

  return { polite, assertive, announce };
});
