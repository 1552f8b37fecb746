import type { Counter } from '@tocsin/service';
import type { SetAsideStore } from '../deliver/ports.ts';

/** `work` with its outcomes counted; one that rejects counts as `retry`, since it will come again. */
export const counted =
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

/** `store` with what is added to it counted by reason. */
export const countSetAside = (
  store: SetAsideStore,
  counter: Counter<'reason'>,
): Pick<SetAsideStore, 'add'> => ({
  async add(record) {
    await store.add(record);
    counter.inc({ reason: record.reason });
  },
});
