import { idBesideAnother, placesIn, type Placed, type Publication } from '@tocsin/contracts';
import { stateOf } from '../../readers/inbox/document.ts';
import type { Inboxes } from '../../readers/inbox/inboxes.ts';
import { locate } from '../../readers/marks/advance.ts';
import type { Histories } from '../../readers/marks/histories.ts';
import { stateIn, type ReadStates } from '../../readers/marks/read-states.ts';
import type { Standing } from './decide.ts';
import { nameOf, type Waiting } from './document.ts';

export interface StandingsOptions {
  states: Pick<ReadStates, 'storedNow'>;
  inboxes: Pick<Inboxes, 'storedNow'>;
  histories: Pick<Histories, 'holding'>;
  now: () => number;
}

/**
 * Where the reader has put the notifications of the own feed `reader`, by the marks that the store has now: a mark
 * whose request was answered before is never missed.
 */
export async function standingsOf(
  reader: string,
  waiting: readonly Waiting[],
  { states, inboxes, histories, now }: StandingsOptions,
): Promise<(one: Waiting) => Standing> {
  if (waiting.length === 0) return () => GONE;
  const ids = waiting.flatMap(({ id, sourceHash }) =>
    sourceHash === undefined ? [id] : [id, idBesideAnother(id, sourceHash)],
  );
  // The marks after the history: a mark is stored only for a publication that the history has.
  const { head, history } = await histories.holding(reader, { ids });
  const places = await locate(new Set(ids), history);
  const [read, inbox] = await Promise.all([states.storedNow(reader, reader), inboxes.storedNow(reader)]);
  const placeOf = placesIn({
    epoch: head.epoch,
    read: read && stateIn(head.epoch, read),
    inbox: inbox && stateOf(inbox, reader, now()),
  });
  const standings = new Map<string, Standing>();
  for (const one of waiting) {
    const offsets = idsOf(one).flatMap((id) => places.get(id) ?? []);
    const published = await Promise.all(offsets.map((offset) => history.stretch(offset, offset)));
    standings.set(nameOf(one), standingOf(one, published.flat(), placeOf));
  }
  return (one) => standings.get(nameOf(one)) ?? GONE;
}

const idsOf = ({ id, sourceHash }: Waiting): string[] =>
  sourceHash === undefined ? [id] : [id, idBesideAnother(id, sourceHash)];

const GONE: Standing = { isOpen: false, reason: 'left the history' };

function standingOf(
  { createdAt, notification: kept }: Waiting,
  published: readonly Publication[],
  placeOf: (publication: { offset: number; notification: { id: string } }) => Placed,
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
  // Offset 0 has only the marks that name an id.
  return kept ? placed({ offset: Infinity, notification: kept }, placeOf) : GONE;
}

function placed(
  publication: { offset: number; notification: NonNullable<Waiting['notification']> },
  placeOf: (publication: { offset: number; notification: { id: string } }) => Placed,
): Standing {
  const { place, unread, unseen } = placeOf(publication);
  if (place === 'archive') return { isOpen: false, reason: 'archived' };
  if (place === 'snoozed') return { isOpen: false, reason: 'snoozed' };
  if (!unread) return { isOpen: false, reason: 'read' };
  return { isOpen: true, notification: publication.notification, isSeen: !unseen };
}
