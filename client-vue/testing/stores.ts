import type { LivePublication } from '@tocsin/contracts';
import { beforeEach, vi } from 'vitest';
import { forgetStores } from '../src/stores/define-store.ts';
import { useItems } from '../src/stores/feeds/items.ts';

/** Returns a publication that contains a notification with the id `n<offset>`. */
export const at = (offset: number, expiresAt?: string): LivePublication => ({
  offset,
  notification: {
    id: `n${offset}`,
    feed: 'all',
    severity: 'info',
    title: `n${offset}`,
    createdAt: '2026-06-01T10:00:00Z',
    ...(expiresAt && { expiresAt }),
  },
});
/** Returns the publications in an inclusive range of offsets. */
export const range = (from: number, to: number): LivePublication[] =>
  Array.from({ length: to - from + 1 }, (_, n) => at(from + n));

export const ids = (): string[] => useItems().items.map(({ notification }) => notification.id);

/** Resets the stores and empties the browser storage before each test. Returns the storage shared by all tabs. */
export function useFreshStores(): Map<string, string> {
  const stored = new Map<string, string>();
  const storedInTab = new Map<string, string>();
  const storageOf = (map: Map<string, string>) => ({
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => map.set(key, value),
  });
  beforeEach(() => {
    stored.clear();
    storedInTab.clear();
    vi.stubGlobal('localStorage', storageOf(stored));
    vi.stubGlobal('sessionStorage', storageOf(storedInTab));
    forgetStores();
  });
  return stored;
}
