const TRACE_ID = /"traceId":"([0-9a-f]{32})"/g;
const ENTRY = /entry:[A-Za-z0-9]{8}:[^"\s]+:\d+/g;
/** How many unrelated lines to remember, in case a later line shows that they belong to the notification. */
const REMEMBERED = 2_000;

/**
 * Selects the lines that belong to one notification: lines with its id, and lines that share a trace or an entry with
 * any of them.
 */
export class Follower {
  readonly #names: Set<string>;
  readonly #id: string;
  #recent: string[] = [];

  constructor(id: string) {
    this.#id = id;
    this.#names = new Set([id]);
  }

  /** Returns lines that belong to the notification, oldest first: earlier ones that `raw` ties to it, then `raw`. */
  take(raw: string): string[] {
    if (!this.#belongs(raw)) {
      this.#recent.push(raw);
      if (this.#recent.length > REMEMBERED) this.#recent.shift();
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

  /** Remembers the traces and entries of a line with the id. Returns true if any of them is new. */
  #learn(line: string): boolean {
    if (!line.includes(this.#id)) return false;
    const before = this.#names.size;
    for (const [, trace = ''] of line.matchAll(TRACE_ID)) this.#names.add(trace);
    for (const [entry] of line.matchAll(ENTRY)) this.#names.add(entry);
    return this.#names.size > before;
  }
}
