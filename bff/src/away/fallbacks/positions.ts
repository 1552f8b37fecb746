import { awayDocumentSchema, type PublishedPosition } from '@tocsin/contracts';
import { idsOf } from '../../feed/ids.ts';
import { locate } from '../../readers/marks/advance.ts';
import type { Histories } from '../../readers/marks/histories.ts';
import type { ReaderStore, WaitingPosition } from '../../readers/ports.ts';
import { awayKey, hashOfReader } from './document.ts';
import type { NewNotification } from './register.ts';

/** Finds notifications' positions in the history of the reader's feed. */
export async function positionsIn(
  reader: string,
  added: readonly NewNotification[],
  histories: Pick<Histories, 'including'>,
): Promise<ReadonlyMap<NewNotification, PublishedPosition>> {
  const named = added.map((one) => ({
    one,
    ids: idsOf({ ...one.notification, sourceHash: one.sourceHash }),
  }));
  const ids = new Set(named.flatMap((each) => each.ids));
  const { head, history } = await histories.including(reader, { ids: [...ids] });
  const offsets = await locate(ids, history);
  const found = new Map<NewNotification, PublishedPosition>();
  for (const { one, ids: itemIds } of named)
    for (const id of itemIds) {
      const offset = offsets.get(id);
      const [published] = offset === undefined ? [] : await history.readRange(offset, offset);
      const isSameNotification = published?.notification?.createdAt === one.notification.createdAt;
      if (!published || !isSameNotification || found.has(one)) continue;
      const { epoch } = head;
      found.set(one, { epoch, offset: published.offset, ...(id !== one.notification.id && { id }) });
    }
  return found;
}

/**
 * Returns the positions of a reader's notifications with fallbacks that are waiting or being sent. If this version
 * can't read the document, calls `onUnreadable` and returns no positions.
 */
export async function waitingPositions(
  reader: string,
  { store, onUnreadable }: { store: Pick<ReaderStore, 'read'>; onUnreadable: (error: unknown) => void },
): Promise<WaitingPosition[]> {
  const stored = await store.read(awayKey(hashOfReader(reader)));
  if (!stored) return [];
  const parsed = awayDocumentSchema.safeParse(stored.value);
  if (!parsed.success) {
    onUnreadable(parsed.error);
    return [];
  }
  const { waiting, sending } = parsed.data;
  return [...waiting, ...sending.flatMap(({ items }) => items)].flatMap((one) => {
    const { position, notification } = one;
    // If the content isn't stored, only the feed's history can tell whether the notification is open. The notification
    // then doesn't need marks outside the history.
    if (!position) return notification ? idsOf(one).map((id) => ({ id })) : [];
    return [{ id: position.id ?? one.id, at: { epoch: position.epoch, offset: position.offset } }];
  });
}
