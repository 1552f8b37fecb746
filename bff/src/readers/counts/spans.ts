import type { FeedMarks, ReadState } from '@tocsin/contracts';
import { locate, type History } from '../marks/advance.ts';

/** A change to add to the counts of the publications `first` to `last`. */
export type Span = readonly [first: number, last: number, change: 1 | -1];

/** Resolves with the changes to a feed's read counts when a reader's read state changes from `before` to `after`. */
export async function readChanges(
  before: ReadState,
  after: ReadState,
  history: Pick<History, 'head' | 'floor' | 'ids'>,
): Promise<Span[]> {
  const offsetById = await locate(new Set([...before.ids, ...after.ids]), history);
  const known = new Set(before.ids);
  const offsetsOf = (ids: readonly string[]) => ids.flatMap((id) => offsetById.get(id) ?? []);
  const singleSpan = (offset: number, change: 1 | -1): Span => [offset, offset, change];
  const added = offsetsOf(after.ids.filter((id) => !known.has(id)));
  return [
    ...span(before.offset + 1, after.offset, 1),
    ...offsetsOf(before.ids)
      .filter((offset) => offset > before.offset && offset <= after.offset)
      .map((offset) => singleSpan(offset, -1)),
    ...added.filter((offset) => offset > after.offset).map((offset) => singleSpan(offset, 1)),
  ];
}

export const seenChanges = (before: Pick<FeedMarks, 'seen'>, after: Pick<FeedMarks, 'seen'>): Span[] =>
  span(before.seen + 1, after.seen, 1);

export const archiveChanges = (
  before: Pick<FeedMarks, 'archived'>,
  after: Pick<FeedMarks, 'archived'>,
): Span[] => [
  ...after.archived.flatMap(([first, last]) => span(first, last, 1)),
  ...before.archived.flatMap(([first, last]) => span(first, last, -1)),
];

const span = (first: number, last: number, change: 1 | -1): Span[] =>
  last < first ? [] : [[first, last, change]];
