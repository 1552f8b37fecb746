const TRACE_ID = /"traceId":"([0-9a-f]{32})"/g;
const ENTRY = /entry:[A-Za-z0-9]{8}:[^"\s]+:\d+/g;
/** Maximum number of seemingly unrelated lines to buffer. A later line can relate them to the notification. */
const MAX_BUFFERED = 2_000;

/**
 * Selects the lines that belong to a notification: lines with the notification's id, and lines in the same traces or
 * entries.
 */
export class Follower {
  readonly #names: Set<string>;
  readonly #id: string;
  #recent: string[] = [];

  constructor(id: string) {
    this.#id = id;
    this.#names = new Set([id]);
  }

  /** If `raw` belongs to the notification, returns it, preceded by buffered lines that turn out to belong to it too. */
  select(raw: string): string[] {
    if (!this.#belongs(raw)) {
      this.#recent.push(raw);
      if (this.#recent.length > MAX_BUFFERED) this.#recent.shift();
      return [];
    }
    const found = this.#learn(raw);
    if (!found) return [raw];
    const earlier = this.#recent.filter((line) => this.#belongs(line));
    this.#recent = this.#recent.filter((line) => !this.#belongs(line));
    return [...earlier, raw];
  }

  #belongs(line: string): boolean {
    for (const name of this.#names) if (line.includes(name)) return true;
    return false;
  }

  /** If the line contains the id, remembers its traces and entries. Returns true if any are new. */
  #learn(line: string): boolean {
    if (!line.includes(this.#id)) return false;
    const before = this.#names.size;
    for (const [, trace = ''] of line.matchAll(TRACE_ID)) this.#names.add(trace);
    for (const [entry] of line.matchAll(ENTRY)) this.#names.add(entry);
    return this.#names.size > before;
  }
}
