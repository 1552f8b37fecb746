import type { Counter } from '@tocsin/service';

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
