import type { Counter } from '@tocsin/service';
import type { SetAsideStore } from '../deliver/ports.ts';

/** Wraps `work` and counts outcomes. Rejections count as `retry` since the message gets redelivered. */
export const countOutcomes =
  <T extends string>(counter: Counter<'outcome'>, work: (data: unknown) => Promise<T>) =>
  async (data: unknown): Promise<T> => {
    try {
      const outcome = await work(data);
      counter.inc({ outcome });
      return outcome;
    } catch (error) {
      counter.inc({ outcome: 'retry' });
      throw error;
    }
  };

export const countSetAside = (
  store: SetAsideStore,
  counter: Counter<'reason'>,
): Pick<SetAsideStore, 'add'> => ({
  async add(record) {
    await store.add(record);
    counter.inc({ reason: record.reason });
  },
});
