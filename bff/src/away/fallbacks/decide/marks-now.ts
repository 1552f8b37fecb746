import { placesIn, type Placed, type Position } from '@tocsin/contracts';
import { stateOf } from '../../../readers/inbox/document.ts';
import type { Inboxes } from '../../../readers/inbox/inboxes.ts';
import { locate, type History } from '../../../readers/marks/advance.ts';
import type { Histories } from '../../../readers/marks/histories.ts';
import { stateIn, type ReadStates } from '../../../readers/marks/read-states.ts';

export interface MarksNowOptions {
  states: Pick<ReadStates, 'readFresh'>;
  inboxes: Pick<Inboxes, 'readFresh'>;
  histories: Pick<Histories, 'including'>;
  now: () => number;
}

export interface MarksNow {
  epoch: string;
  history: History;
  /** The offset of each requested id that is in the history. */
  offsets: ReadonlyMap<string, number>;
  /** Places publications of an epoch, which may be an earlier one. */
  placesIn: (epoch: string) => (publication: { offset: number; notification: { id: string } }) => Placed;
}

interface Named {
  /** The latest known position in the feed. */
  position?: Position | undefined;
  /** The ids to find in the history, if it is of the epoch. */
  idsIn: (epoch: string | undefined) => readonly string[];
}

/** Reads the marks that are stored now, which determine the place and state of notifications in a reader's own feed. */
export async function marksNow(
  reader: string,
  { position, idsIn }: Named,
  { states, inboxes, histories, now }: MarksNowOptions,
): Promise<MarksNow> {
  // Read the history before the marks: any mark of these ids, even a newer one, then refers to a publication in this
  // history.
  const { head, history } = await histories.including(reader, {
    epoch: position?.epoch,
    offset: position?.offset,
    ids: idsIn(position?.epoch),
  });
  const offsets = await locate(new Set(idsIn(head.epoch)), history);
  const [read, inbox] = await Promise.all([states.readFresh(reader, reader), inboxes.readFresh(reader)]);
  return {
    ...{ epoch: head.epoch, history, offsets },
    placesIn: (epoch) =>
      placesIn({
        epoch,
        read: read && stateIn(epoch, read),
        inbox: inbox && stateOf(inbox, reader, now()),
      }),
  };
}
