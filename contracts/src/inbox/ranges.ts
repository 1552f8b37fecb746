/** Inclusive ranges of offsets in ascending order. They never overlap or touch. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** Whether any range contains the offset. Takes logarithmic time. */
export function inRanges(ranges: Ranges, offset: number): boolean {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle] ?? [Infinity, Infinity];
    if (offset < first) high = middle - 1;
    else if (offset > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Adds the range from `first` to `last`. */
export function withRange(ranges: Ranges, first: number, last: number): Ranges {
  if (last < first) return ranges;
  const before = ranges.filter(([, end]) => end < first - 1);
  const after = ranges.filter(([start]) => start > last + 1);
  const touched = ranges.slice(before.length, ranges.length - after.length);
  const start = Math.min(first, touched[0]?.[0] ?? first);
  const end = Math.max(last, touched.at(-1)?.[1] ?? last);
  return [...before, [start, end], ...after];
}

/** Removes the range from `first` to `last`. */
export const withoutRange = (ranges: Ranges, first: number, last: number): Ranges =>
  last < first
    ? ranges
    : ranges.flatMap((range): (readonly [number, number])[] => {
        const [start, end] = range;
        if (end < first || start > last) return [range];
        return [
          ...(start < first ? [[start, first - 1] as const] : []),
          ...(end > last ? [[last + 1, end] as const] : []),
        ];
      });

export const withOffsets = (ranges: Ranges, offsets: Iterable<number>): Ranges =>
  [...offsets].reduce<Ranges>((all, offset) => withRange(all, offset, offset), ranges);

export const withoutOffsets = (ranges: Ranges, offsets: Iterable<number>): Ranges =>
  [...offsets].reduce<Ranges>((all, offset) => withoutRange(all, offset, offset), ranges);
