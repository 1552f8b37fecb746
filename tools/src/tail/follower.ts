const TRACE_ID = /"traceId":"([0-9a-f]{32})"/g;
/** Matches an entry's key. In 0.1.0, the key contained the feed instead of the partition. */
const ENTRY = /entry:(?:\{\d+\}:[A-Za-z0-9]{8}|[A-Za-z0-9]{8}:[^"\s]+):\d+/g;
/**
 * Matches if an id character directly precedes the id. The last character of a JSON escape such as `\n` doesn't count.
 */
const ID_BEFORE = /(?<!\\)[\w.:-]$/;
/** Matches if the id continues. Punctuation at the end of a sentence doesn't count. */
const ID_CONTINUES = /^[.:]*[\w-]/;
/**
 * Maximum number of seemingly unrelated lines to buffer. A later line can show that they belong to the notification.
 */
const MAX_BUFFERED = 2_000;

/**
 * Selects the lines that belong to a notification: lines with the notification's id, and lines in the same traces or
 * entries.
 */
export class Follower {
  readonly #id: string;
  readonly #traces = new Set<string>();
  readonly #entries = new Set<string>();
  #recent: string[] = [];

  constructor(id: string) {
    this.#id = id;
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
    if (this.#mentionsId(line)) return true;
    for (const trace of this.#traces) if (line.includes(trace)) return true;
    return entriesIn(line).some((entry) => this.#entries.has(entry));
  }

  /** If the line contains the id, remembers its traces and entries. Returns true if any are new. */
  #learn(line: string): boolean {
    if (!this.#mentionsId(line)) return false;
    const known = this.#traces.size + this.#entries.size;
    for (const [, trace = ''] of line.matchAll(TRACE_ID)) this.#traces.add(trace);
    for (const entry of entriesIn(line)) this.#entries.add(entry);
    return this.#traces.size + this.#entries.size > known;
  }

  /** True if the line contains the id, and not just a longer id that includes it. */
  #mentionsId(line: string): boolean {
    const id = this.#id;
    for (let at = line.indexOf(id); at >= 0; at = line.indexOf(id, at + 1)) {
      const isWhole =
        !ID_BEFORE.test(line.slice(Math.max(at - 2, 0), at)) &&
        !ID_CONTINUES.test(line.slice(at + id.length));
      if (isWhole) return true;
    }
    return false;
  }
}

const entriesIn = (line: string): string[] => [...line.matchAll(ENTRY)].map(([entry]) => entry);
