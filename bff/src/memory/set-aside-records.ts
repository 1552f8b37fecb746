import { REFUSED_EVENT_PREFIX, type SetAside } from '@tocsin/contracts';
import { SetAsideError, newBodyFrom, newEntryFrom, type ClaimCheck } from '@tocsin/service';
import type { Compose, SetAsideRecords } from '../ops/ports.ts';
import type { MemorySetAside } from './set-aside.ts';

export interface MemorySetAsideRecordsOptions {
  setAside: MemorySetAside;
  entries: Pick<ClaimCheck, 'deposit'>;
  announce: (data: unknown) => Promise<unknown>;
  compose: Compose;
}

export class MemorySetAsideRecords implements SetAsideRecords {
  readonly #options: MemorySetAsideRecordsOptions;

  constructor(options: MemorySetAsideRecordsOptions) {
    this.#options = options;
  }

  async names(): Promise<string[]> {
    return [...this.#options.setAside.records.keys()].reverse();
  }

  async records(names: readonly string[]): Promise<SetAside[]> {
    return names.flatMap((entry) => this.#options.setAside.records.get(entry) ?? []);
  }

  async find(entry: string): Promise<SetAside> {
    const record = this.#options.setAside.records.get(entry);
    if (!record) throw new SetAsideError('not_found', `There is no set-aside record named ${entry}.`);
    return record;
  }

  async putBack(record: SetAside): Promise<void> {
    if (record.entry.startsWith(REFUSED_EVENT_PREFIX)) {
      const answer = await this.#options.compose(newBodyFrom(record));
      if ('problem' in answer) throw new SetAsideError('conflict', answer.problem.detail);
    } else {
      const { entry, announcement } = newEntryFrom(record);
      await this.#options.entries.deposit(entry);
      await this.#options.announce(announcement);
    }
    await this.remove(record.entry);
  }

  async remove(entry: string): Promise<void> {
    this.#options.setAside.records.delete(entry);
  }
}
