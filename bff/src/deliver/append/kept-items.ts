import { isErasure, isRetraction } from '@tocsin/contracts';
import { isErased } from '../../feed/commit/erasure.ts';
import { idsOf } from '../../feed/ids.ts';
import type { CommittedItem } from '../turn/turn.ts';

/**
 * Filters a feed's items in a batch. Drops notifications published before `erasedAt`, and notifications that an erasure
 * or a later retraction in the batch removes. Otherwise, fallbacks would store copies of erased content.
 */
export function keptItems(items: readonly CommittedItem[], erasedAt: number | undefined): CommittedItem[] {
  const lastErasure = items.findLastIndex(({ item }) => isErasure(item));
  const retractedAt = new Map<string, number>();
  for (const [index, { item }] of items.entries())
    if (isRetraction(item)) retractedAt.set(item.retract, index);
  return items.filter(({ item, position }, index) => {
    if (index < lastErasure) return false;
    if (isRetraction(item) || isErasure(item)) return true;
    if (isErased(item, erasedAt)) return false;
    return idsOf({ ...item, position }).every((id) => (retractedAt.get(id) ?? -1) < index);
  });
}
