import { idBesideAnother, isExpired, type Publication } from '@tocsin/contracts';
import type { Standing } from './decide.ts';
import { nameOf, type Waiting } from '../document.ts';
import { marksNow, type MarksNow, type MarksNowOptions } from './marks-now.ts';

/**
 * Whether notifications of the feed `reader` still need the reader's attention. Takes into account every mark
 * whose request was answered before the call.
 */
export async function standingsOf(
  reader: string,
  waiting: readonly Waiting[],
  options: MarksNowOptions,
): Promise<(one: Waiting) => Standing> {
  if (waiting.length === 0) return () => GONE;
  const { history, offsets, placeOf } = await marksNow(reader, waiting.flatMap(idsOf), options);
  const standings = await Promise.all(
    waiting.map(async (one): Promise<[string, Standing]> => {
      const own = idsOf(one).flatMap((id) => offsets.get(id) ?? []);
      const published = await Promise.all(own.map((offset) => history.stretch(offset, offset)));
      return [
        nameOf(one),
        standingOf(one, published.flat(), { placeOf, floor: history.floor, now: options.now() }),
      ];
    }),
  );
  const byName = new Map(standings);
  return (one) => byName.get(nameOf(one)) ?? GONE;
}

/** The ids under which the feed may show the notification: a CloudEvent gets another id if its own is taken. */
const idsOf = ({ id, sourceHash }: Waiting): string[] =>
  sourceHash === undefined ? [id] : [id, idBesideAnother(id, sourceHash)];

const GONE: Standing = { isOpen: false, reason: 'left the history' };

function standingOf(
  { createdAt, notification: kept }: Waiting,
  published: readonly Publication[],
  { placeOf, floor, now }: Pick<MarksNow, 'placeOf'> & { floor: number; now: number },
): Standing {
  for (const publication of published) {
    const { notification } = publication;
    if (notification?.createdAt === createdAt)
      return placed({ offset: publication.offset, notification }, placeOf);
  }
  const [other] = published;
  if (other?.notification === null) return { isOpen: false, reason: other.gone };
  // The feed had the id already, so it did not show this notification.
  if (other) return { isOpen: false, reason: 'published twice' };
  if (!kept) return GONE;
  if (isExpired(kept, now)) return { isOpen: false, reason: 'expired' };
  // The notification has left the history. Its offset is unknown but below `floor`, so it has been read if everything
  // up to `floor - 1` has.
  const isRead = floor > 1 && !placeOf({ offset: floor - 1, notification: kept }).unread;
  return isRead
    ? { isOpen: false, reason: 'read' }
    : placed({ offset: Infinity, notification: kept }, placeOf);
}

function placed(
  publication: { offset: number; notification: NonNullable<Waiting['notification']> },
  placeOf: MarksNow['placeOf'],
): Standing {
  const { place, unread, unseen } = placeOf(publication);
  if (place === 'archive') return { isOpen: false, reason: 'archived' };
  if (place === 'snoozed') return { isOpen: false, reason: 'snoozed' };
  if (!unread) return { isOpen: false, reason: 'read' };
  return { isOpen: true, notification: publication.notification, isSeen: !unseen };
}
