import { idBesideAnother, isErasure, isRetraction } from '@tocsin/contracts';
import { isErased } from '../../feed/commit/erasure.ts';
import type { PlacedItem } from '../peek/check-items.ts';

/**
 * Filters a feed's items in a batch. Drops notifications published before `erasedAt`, and notifications that an erasure
 * or later retraction in the batch removes. Erased content must not be copied.
 */
export function keptItems(items: readonly PlacedItem[], erasedAt: number | undefined): PlacedItem[] {
  const lastErasure = items.findLastIndex(({ item }) => isErasure(item));
  const retractedAt = new Map<string, number>();
  for (const [index, { item }] of items.entries())
    if (isRetraction(item)) retractedAt.set(item.retract, index);
  return items.filter(({ item }, index) => {
    if (index < lastErasure) return false;
    if (isRetraction(item) || isErasure(item)) return true;
    if (isErased(item, erasedAt)) return false;
    const { id, sourceHash } = item;
    const names = sourceHash === undefined ? [id] : [id, idBesideAnother(id, sourceHash)];
    return names.every((name) => (retractedAt.get(name) ?? -1) < index);
  });
}
