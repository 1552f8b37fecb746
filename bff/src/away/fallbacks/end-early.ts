import type { Position } from '@tocsin/contracts';
import { idsOf } from '../../deliver/append/committed-items.ts';
import { isHigher } from '../../feed/position.ts';
import { includes, type LeavingMarks } from '../../readers/marks/leaving-marks.ts';
import type { AwayDocument, Waiting } from './document.ts';

type Ending = Pick<Waiting, 'id' | 'sourceHash' | 'position' | 'notification' | 'ended'>;

/** A notification with a collapse key, and its position. */
export interface Replacing {
  collapseKey: string;
  position: Position;
}

/** Stores that newer notifications replace waiting ones. The history shows it only for a time. */
export const replace = (document: AwayDocument, newer: readonly Replacing[]): AwayDocument =>
  endEarly(document, ({ position, notification }) => {
    const isReplaced = newer.some(
      (one) => notification?.collapseKey === one.collapseKey && position && isHigher(one.position, position),
    );
    return isReplaced ? 'replaced' : undefined;
  });

/** Stores marks on waiting notifications that the reader's other documents no longer contain. */
export const keep = (document: AwayDocument, marks: readonly LeavingMarks[]): AwayDocument =>
  endEarly(document, (one) => {
    const ids = one.position ? [one.position.id] : idsOf(one);
    return marks.find((of) => ids.some((id) => includes(of, id, one.position)))?.state;
  });

/**
 * Stores the reason that `reasonOf` returns with waiting notifications, and with those being sent, which wait again if
 * the channel is unavailable. Returns the same document if it changes nothing.
 */
function endEarly(document: AwayDocument, reasonOf: (one: Ending) => string | undefined): AwayDocument {
  let isChanged = false;
  const end = <One extends Ending>(one: One): One => {
    const ended = one.ended === undefined ? reasonOf(one) : undefined;
    if (ended === undefined) return one;
    isChanged = true;
    return { ...one, ended };
  };
  const waiting = document.waiting.map((one) => end(one));
  const sending = document.sending.map((message) => ({
    ...message,
    items: message.items.map((item) => end(item)),
  }));
  return isChanged ? { ...document, waiting, sending } : document;
}
