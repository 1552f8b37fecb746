import { watch } from 'vue';
import type { Item } from '../../stores/feeds/feed-log.ts';
import { useCurrent } from '../view/use-current.ts';

/** Calls `onGone` once one of the items no longer exists. */
export function whenGone(items: readonly Item[], onGone: () => void): void {
  const isCurrent = useCurrent()();
  watch(() => !items.every(isCurrent), onGone);
}
