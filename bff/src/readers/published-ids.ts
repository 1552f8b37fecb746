/** Parts of 200 ids that are remembered together, of all feeds: 100,000 ids, some 10 MB. */
const MAX_PARTS = 500;

/**
 * The ids of the publications of feeds, a part at a time. The id at an offset never changes in an epoch, so a part that
 * was read once needs no other read.
 */
export class PublishedIds {
  readonly #parts = new Map<string, readonly string[]>();

  /** The ids that `read` answers, or that it answered before for the same part. */
  async part(
    { feed, epoch, first }: { feed: string; epoch: string; first: number },
    read: () => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const key = JSON.stringify([feed, epoch, first]);
    const ids = this.#parts.get(key) ?? (await read());
    // In the order of their use.
    this.#parts.delete(key);
    this.#parts.set(key, ids);
    const [oldest] = this.#parts.keys();
    if (this.#parts.size > MAX_PARTS && oldest !== undefined) this.#parts.delete(oldest);
    return ids;
  }
}
