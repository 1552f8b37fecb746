import type { SetAside } from '@tocsin/contracts';
import type { SetAsideStore } from '../deliver/ports.ts';

export class MemorySetAside implements SetAsideStore {
  readonly records = new Map<string, SetAside>();

  async add(record: SetAside): Promise<void> {
    if (!this.records.has(record.entry)) this.records.set(record.entry, record);
  }

  async erase(feed: string): Promise<void> {
    for (const [entry, record] of this.records) if (record.feed === feed) this.records.delete(entry);
  }

  async put(record: SetAside): Promise<void> {
    this.records.set(record.entry, record);
  }

  async remove(entry: string): Promise<void> {
    this.records.delete(entry);
  }
}
