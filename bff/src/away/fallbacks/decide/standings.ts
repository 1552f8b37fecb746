import { isExpired, type Placed, type Publication } from '@tocsin/contracts';
import { idsOf } from '../../../feed/ids.ts';
import { wasErasedSince } from '../../../feed/position.ts';
import { bottomOf } from '../../../readers/marks/aged-out.ts';
import type { Standing } from './decide.ts';
import { nameOf, type Waiting } from '../document.ts';
import { readCurrentMarks, type CurrentMarks, type CurrentMarksOptions } from './current-marks.ts';

/**
 * Resolves with a function that returns whether a waiting notification still needs the reader's attention. All marks
 * acknowledged before the call are taken into account.
 */
export async function standingsOf(
  reader: string,
  waiting: readonly Waiting[],
  options: CurrentMarksOptions,
): Promise<(one: Waiting) => Standing> {
  if (waiting.length === 0) return () => LEFT_HISTORY;
  const marks = await readCurrentMarks(reader, waiting.flatMap(idsOf), options);
  const { history, offsets } = marks;
  const standings = await Promise.all(
    waiting.map(async (one): Promise<[string, Standing]> => {
      const offsetsOfOne = idsOf(one).flatMap((id) => offsets.get(id) ?? []);
      const published = await Promise.all(offsetsOfOne.map((offset) => history.readRange(offset, offset)));
      return [nameOf(one), standingOf(one, published.flat(), marks, options.now())];
    }),
  );
  const byName = new Map(standings);
  return (one) => byName.get(nameOf(one)) ?? LEFT_HISTORY;
}

const LEFT_HISTORY: Standing = { isOpen: false, reason: 'left the history' };

function standingOf(
  { id, createdAt, notification: content, position: at }: Waiting,
  published: readonly Publication[],
  { epoch, history, placeOf, placeIn }: CurrentMarks,
  now: number,
): Standing {
  for (const publication of published) {
    const { notification } = publication;
    if (notification?.createdAt === createdAt)
      return standingIn({ offset: publication.offset, notification }, placeOf);
  }
  // The history doesn't contain the notification. If its stored position is within the history, the store was rolled
  // back and lost the publication, so ignore that position.
  const position = at && (at.epoch !== epoch || at.offset < bottomOf(history)) ? at : undefined;
  // If the feed is erased during a turn, that turn can still register notifications afterwards.
  if (position && wasErasedSince(position.epoch, epoch)) return { isOpen: false, reason: 'erased' };
  // A retraction with this id applies to this notification too. Any other publication with this id is a different
  // notification.
  const retraction = published.find((one) => one.notification === null && one.gone === 'retracted');
  const [other] = position ? [retraction] : published;
  if (other?.notification === null) return { isOpen: false, reason: other.gone };
  // The id was already taken, so the feed didn't show this notification.
  if (other) return { isOpen: false, reason: 'published twice' };
  if (!content) return LEFT_HISTORY;
  if (isExpired(content, now)) return { isOpen: false, reason: 'expired' };
  if (position) {
    // If another publication has the id, marks by id don't refer to this publication.
    const markedId = published.length > 0 ? '' : (position.id ?? id);
    const place = placeIn(position.epoch)({ offset: position.offset, notification: { id: markedId } });
    return standingAt(place, content);
  }
  // The notification has left the history. Its exact offset is unknown, but it is below `floor`. So the notification
  // counts as read if everything up to `floor - 1` is read.
  const { floor } = history;
  const isRead = floor > 1 && !placeOf({ offset: floor - 1, notification: content }).unread;
  return isRead
    ? { isOpen: false, reason: 'read' }
    : standingIn({ offset: Infinity, notification: content }, placeOf);
}

type Content = NonNullable<Waiting['notification']>;

const standingIn = (
  publication: { offset: number; notification: Content },
  placeOf: CurrentMarks['placeOf'],
): Standing => standingAt(placeOf(publication), publication.notification);

function standingAt({ place, unread, unseen }: Placed, notification: Content): Standing {
  if (place === 'archive') return { isOpen: false, reason: 'archived' };
  if (place === 'snoozed') return { isOpen: false, reason: 'snoozed' };
  if (!unread) return { isOpen: false, reason: 'read' };
  return { isOpen: true, notification, isSeen: !unseen };
}
