/** Trimming keeps this fraction of the limit to avoid trimming on every message. */
const KEPT_FRACTION = 0.875;
/** Redis's overhead per message (bytes): the id, the field names and the stream's own structures. */
const OVERHEAD = 128;

/** Estimates a stream's size from messages as they are read. */
export class ByteWindow {
  readonly #max: number;
  #messages: { id: string; bytes: number }[] = [];
  #first = 0;
  #total = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  /** Counts a message. If the stream is now too large, returns the id of the oldest message to keep. */
  add(id: string, bytes: number): string | undefined {
    this.#messages.push({ id, bytes: bytes + OVERHEAD });
    this.#total += bytes + OVERHEAD;
    if (this.#total <= this.#max) return undefined;
    while (this.#total > KEPT_FRACTION * this.#max && this.#messages.length - this.#first > 1) this.#drop();
    return this.#messages[this.#first]?.id;
  }

  /** Forgets trimmed messages, which are older than this time (ms since 1970). */
  dropBefore(time: number): void {
    while (this.#first < this.#messages.length) {
      if (Number.parseInt(this.#messages[this.#first]?.id ?? '', 10) >= time) return;
      this.#drop();
    }
  }

  get bytes(): number {
    return this.#total;
  }

  #drop(): void {
    this.#total -= this.#messages[this.#first]?.bytes ?? 0;
    this.#first++;
    if (this.#first < 1_024 || this.#first < this.#messages.length / 2) return;
    this.#messages = this.#messages.slice(this.#first);
    this.#first = 0;
  }
}
