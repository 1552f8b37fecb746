import { idOfPublication, isExpired, type Position, type Publication } from '@tocsin/contracts';
import { idsOf } from '../../../deliver/append/committed-items.ts';
import { highest } from '../../../feed/position.ts';
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
  const latest = waiting.reduce<Position | undefined>(
    (high, { position }) => highest(high, position),
    undefined,
  );
  const idsIn = (epoch: string | undefined) =>
    waiting.flatMap((one) => (one.position && one.position.epoch === epoch ? [] : idsOf(one)));
  const marks = await marksNow(reader, { position: latest, idsIn }, options);
  const { history } = marks;
  const standings = await Promise.all(
    waiting.map(async (one): Promise<[string, Standing]> => {
      const ids = idsOf(one);
      const own = offsetsOf(one, marks).filter((offset) => offset >= history.floor && offset <= history.head);
      const found = (await Promise.all(own.map((offset) => history.stretch(offset, offset)))).flat();
      const published = found.filter((publication) => ids.includes(idOfPublication(publication)));
      return [nameOf(one), standingOf(one, published, { marks, now: options.now() })];
    }),
  );
  const byName = new Map(standings);
  return (one) => byName.get(nameOf(one)) ?? GONE;
}

/** Where the feed may show the notification. In a later epoch, it may be published again. */
const offsetsOf = (one: Waiting, { epoch, offsets }: MarksNow): number[] =>
  one.position?.epoch === epoch ? [one.position.offset] : idsOf(one).flatMap((id) => offsets.get(id) ?? []);

const GONE: Standing = { isOpen: false, reason: 'left the history' };

function standingOf(
  { createdAt, position, notification: kept }: Waiting,
  published: readonly Publication[],
  { marks: { epoch, history, placesIn }, now }: { marks: MarksNow; now: number },
): Standing {
  const placeOf = placesIn(epoch);
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
  // The notification has left the history. Its marks may be of an earlier epoch.
  if (position) {
    const notification = { ...kept, id: position.id };
    return placed({ offset: position.offset, notification }, placesIn(position.epoch));
  }
  // An earlier version stored it without its offset, which is below `floor`. A mark up to there covers it.
  const { floor } = history;
  const isRead = floor > 1 && !placeOf({ offset: floor - 1, notification: kept }).unread;
  return isRead
    ? { isOpen: false, reason: 'read' }
    : placed({ offset: Infinity, notification: kept }, placeOf);
}

function placed(
  publication: { offset: number; notification: NonNullable<Waiting['notification']> },
  placeOf: ReturnType<MarksNow['placesIn']>,
): Standing {
  const { place, unread, unseen } = placeOf(publication);
  if (place === 'archive') return { isOpen: false, reason: 'archived' };
  if (place === 'snoozed') return { isOpen: false, reason: 'snoozed' };
  if (!unread) return { isOpen: false, reason: 'read' };
  return { isOpen: true, notification: publication.notification, isSeen: !unseen };
}
