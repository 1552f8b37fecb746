import type { LivePublication } from '@tocsin/contracts';

/** Offsets of live publications in a feed's history, indexed by id and collapse key. */
export class HistoryIndex {
  readonly #live = new Map<number, { id: string; collapseKey?: string | undefined }>();
  readonly #byId = new Map<string, number[]>();
  readonly #byKey = new Map<string, number>();

  get size(): number {
    return this.#live.size;
  }

  /** Returns an id's offsets. There are several if the id was forgotten and republished. */
  offsetsOf(id: string): readonly number[] {
    return this.#byId.get(id) ?? [];
  }

  newestWith(collapseKey: string): { offset: number; id: string } | undefined {
    const offset = this.#byKey.get(collapseKey);
    const live = offset === undefined ? undefined : this.#live.get(offset);
    return offset === undefined || !live ? undefined : { offset, id: live.id };
  }

  add({ offset, notification }: LivePublication): void {
    const { id, collapseKey } = notification;
    this.#live.set(offset, { id, collapseKey });
    this.#byId.set(id, [...this.offsetsOf(id), offset]);
    if (collapseKey !== undefined) this.#byKey.set(collapseKey, offset);
  }

  remove(offset: number): void {
    const notification = this.#live.get(offset);
    if (!notification) return;
    const { id, collapseKey } = notification;
    this.#live.delete(offset);
    const remaining = this.offsetsOf(id).filter((other) => other !== offset);
    if (remaining.length > 0) this.#byId.set(id, remaining);
    else this.#byId.delete(id);
    if (collapseKey !== undefined && this.#byKey.get(collapseKey) === offset) this.#byKey.delete(collapseKey);
  }

  /** Removes publications below `first`. They come first in the map since publications are added in ascending order. */
  removeBelow(first: number): void {
    for (const offset of this.#live.keys()) {
      if (offset >= first) return;
      this.remove(offset);
    }
  }
}
