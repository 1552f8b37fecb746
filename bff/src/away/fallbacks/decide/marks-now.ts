import { placesIn, type Placed } from '@tocsin/contracts';
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
  placeOf: (publication: { offset: number; notification: { id: string } }) => Placed;
}

/** Reads the marks that are stored now, which determine the place and state of notifications in a reader's own feed. */
export async function marksNow(
  reader: string,
  ids: readonly string[],
  { states, inboxes, histories, now }: MarksNowOptions,
): Promise<MarksNow> {
  // Read the history before the marks: any mark of these ids, even a newer one, then refers to a publication in this
  // history.
  const { head, history } = await histories.including(reader, { ids });
  const offsets = await locate(new Set(ids), history);
  const [read, inbox] = await Promise.all([states.readFresh(reader, reader), inboxes.readFresh(reader)]);
  const placeOf = placesIn({
    epoch: head.epoch,
    read: read && stateIn(head.epoch, read),
    inbox: inbox && stateOf(inbox, reader, now()),
  });
  return { epoch: head.epoch, history, offsets, placeOf };
}
