import { placesIn, type Placed } from '@tocsin/contracts';
import { isLaterEpoch } from '../../../feed/position.ts';
import { stateOf } from '../../../readers/inbox/document.ts';
import type { Inboxes } from '../../../readers/inbox/inboxes.ts';
import { locate, type History } from '../../../readers/marks/advance.ts';
import type { Histories } from '../../../readers/marks/histories.ts';
import { stateIn, type ReadStates } from '../../../readers/marks/read-states.ts';

export interface CurrentMarksOptions {
  states: Pick<ReadStates, 'readFresh'>;
  inboxes: Pick<Inboxes, 'readFresh'>;
  histories: Pick<Histories, 'including'>;
  now: () => number;
}

export interface CurrentMarks {
  epoch: string;
  history: History;
  /** The offsets of the requested ids that are in the history. */
  offsets: ReadonlyMap<string, number>;
  placeOf: PlaceOf;
  /** Like `placeOf`, but for a given epoch. For a past epoch, uses the marks that still apply to it. */
  placeIn: (epoch: string) => PlaceOf;
}

type PlaceOf = (publication: { offset: number; notification: { id: string } }) => Placed;

/** Reads the current marks. They determine the place and state of notifications in a reader's own feed. */
export async function readCurrentMarks(
  reader: string,
  ids: readonly string[],
  { states, inboxes, histories, now }: CurrentMarksOptions,
): Promise<CurrentMarks> {
  // Read the history first and the marks afterwards. A mark can then be newer than the history, but if it is for one of
  // these ids, it refers to a publication in this history.
  const { head, history } = await histories.including(reader, { ids });
  const offsets = await locate(new Set(ids), history);
  const [read, inbox] = await Promise.all([states.readFresh(reader, reader), inboxes.readFresh(reader)]);
  const state = inbox && stateOf(inbox, reader, now());
  const placeIn = (epoch: string) => placesIn({ epoch, read: read && stateIn(epoch, read), inbox: state });
  return {
    ...{ epoch: head.epoch, history, offsets, placeOf: placeIn(head.epoch) },
    placeIn(epoch) {
      // If the inbox marks are from a later epoch, the unread marks of this epoch have been lost. A notification that
      // was read might have been marked as unread afterwards. So ignore the read state and count all notifications as
      // unread.
      const isLater = inbox?.feeds[reader] && isLaterEpoch(inbox.feeds[reader].epoch, epoch);
      return isLater ? placesIn({ epoch, inbox: state }) : placeIn(epoch);
    },
  };
}
