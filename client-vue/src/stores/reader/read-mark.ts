import type { Position, ReadState } from '@tocsin/contracts';
import { isPosition } from '@tocsin/client';

/** Maximum number of ids in a read mark. The oldest are dropped first. */
export const MAX_IDS = 1_000;

/**
 * A feed's read mark: all notifications up to `offset` are read, and so are the later notifications in `ids`. `at` is
 * when the mark was made (ms since 1970). In other epochs, items no newer than `at` are read.
 */
export type ReadMark = Position & { at: number; ids: ReadonlySet<string> };
export type ReadMarks = Readonly<Record<string, ReadMark>>;

const newest = (ids: Iterable<string>): ReadonlySet<string> => new Set([...ids].slice(-MAX_IDS));

/** Parses stored marks. Ignores invalid marks. */
export function parseReadMarks(value: unknown): ReadMarks {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([feed, mark]: [string, unknown]) => {
      if (!isPosition(mark)) return [];
      const { at, ids = [] } = mark as Position & { at?: unknown; ids?: unknown };
      if (typeof at !== 'number' || !Array.isArray(ids)) return [];
      return [
        [
          feed,
          {
            epoch: mark.epoch,
            offset: mark.offset,
            at,
            ids: new Set(ids.filter((id) => typeof id === 'string')),
          },
        ],
      ];
    }),
  );
}

/** The inverse of `parseReadMarks`. */
export const storedReadMarks = (marks: ReadMarks): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(marks).map(([feed, mark]) => [feed, { ...mark, ids: [...mark.ids] }])),
  );

export const withIds = (mark: ReadMark, ids: readonly string[]): ReadMark => ({
  ...mark,
  ids: newest(new Set([...mark.ids, ...ids])),
});

/**
 * Merges the server's read state into the mark, and returns the new mark. A read state from another epoch replaces the
 * mark. If that read state is empty, there is nothing to merge, so returns `undefined`. Exception: without a mark, an
 * empty read state creates one if `earlier` says that the reader has marks from an earlier epoch.
 */
export function withRead(
  mark: ReadMark | undefined,
  { epoch, offset, ids, earlier }: ReadState & { epoch: string },
): ReadMark | undefined {
  if (mark?.epoch === epoch) return withIds({ ...mark, offset: Math.max(mark.offset, offset) }, ids);
  if (offset === 0 && ids.length === 0 && (mark || !earlier)) return undefined;
  return { epoch, offset, at: mark?.at ?? Date.now(), ids: new Set(ids) };
}
