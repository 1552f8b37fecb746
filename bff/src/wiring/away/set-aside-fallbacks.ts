import type { SetAside } from '@tocsin/contracts';
import { SetAsideError } from '@tocsin/service';
import type { Fallbacks } from '../../away/fallbacks/fallbacks.ts';
import type { SetAsideRecords } from '../../ops/ports.ts';

/** The set-aside records, of which fallbacks are put back by making them due again. */
export function withFallbacks(
  records: SetAsideRecords,
  fallbacks: Pick<Fallbacks, 'putBack'> | undefined,
): SetAsideRecords {
  if (!fallbacks) return records;
  return {
    names: () => records.names(),
    records: (names) => records.records(names),
    find: (entry) => records.find(entry),
    remove: (entry) => records.remove(entry),
    async putBack(record: SetAside) {
      const { entry, feed, fallback } = record;
      if (!fallback) return records.putBack(record);
      if (!(await fallbacks.putBack(feed, fallback)))
        throw new SetAsideError(
          'conflict',
          `${entry} cannot be put back: it was put back before, its receipt has expired, or too many notifications of the reader wait.`,
        );
      await records.remove(entry);
    },
  };
}
