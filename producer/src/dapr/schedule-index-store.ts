import { COMPONENTS, scheduleIndexKey, type ScheduleIndexDocument } from '@tocsin/contracts';
import { ABSENT, SidecarError, type Sidecar, type StoredState } from '@tocsin/service';
import type { ScheduleIndexStore } from '../schedule/ports.ts';

/** Stores the schedule index in Dapr's state API. Each document is guarded by an etag. */
export class DaprScheduleIndexStore implements ScheduleIndexStore {
  readonly #sidecar: Sidecar;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  async read(numbers: readonly number[]): Promise<(StoredState | undefined)[]> {
    const keys = numbers.map((number) => scheduleIndexKey(number));
    return (await this.#sidecar.getStatesSettled(COMPONENTS.state, keys)).map((state) => {
      if (state instanceof SidecarError) throw state;
      return state;
    });
  }

  write(
    number: number,
    value: ScheduleIndexDocument,
    ttlInSeconds: number,
    etag: string | undefined,
  ): Promise<void> {
    return this.#sidecar.transact(COMPONENTS.state, [
      { operation: 'upsert', key: scheduleIndexKey(number), value, ttlInSeconds, etag: etag ?? ABSENT },
    ]);
  }
}
