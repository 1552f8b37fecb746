import type { Found, Notification, Placed, Publication, Ranges } from '@tocsin/contracts';
import type { History } from '../marks/advance.ts';
import type { SearchBudget } from './budget.ts';

/** Publications to check before yielding to other work. Checking them takes a few milliseconds. */
const CHUNK = 50;

export interface FeedSearchOptions {
  feed: string;
  epoch: string;
  history: Pick<History, 'readRange'>;
  /** The offsets in the history that can match. */
  candidates: Ranges;
  /** Searches only offsets below this one. */
  before: number;
  placeOf: (publication: { offset: number; notification: { id: string } }) => Placed;
  matches: (notification: Notification, placed: Placed) => boolean;
  budget: SearchBudget;
  /** Lets other work run. */
  yieldToEventLoop: () => Promise<void>;
}

/** Searches a single feed, newest first. */
export class FeedSearch {
  readonly #options: FeedSearchOptions;
  #before: number;
  #unchecked: Publication[] = [];
  #found: Found | undefined;
  #hasLoaded = false;

  constructor(options: FeedSearchOptions) {
    this.#options = options;
    this.#before = options.before;
  }

  get feed(): string {
    return this.#options.feed;
  }

  get epoch(): string {
    return this.#options.epoch;
  }

  /**
   * Returns the next match, but doesn't advance until `take` is called. `undefined` at the end, or when the budget is
   * spent. The budget doesn't apply to the first chunk: a call must look into every feed, or it could never tell which
   * match is the newest.
   */
  async peek(): Promise<Found | undefined> {
    while (!this.#found) {
      const publication = this.#unchecked.pop();
      if (publication) this.#check(publication);
      else if (!(await this.#load())) return undefined;
    }
    return this.#found;
  }

  take(): void {
    this.#found = undefined;
  }

  /** The search continues below this offset. 0 if it has reached the end. */
  get continuesBefore(): number {
    if (this.#found) return this.#found.offset + 1;
    return this.#remaining.length === 0 && this.#unchecked.length === 0 ? 0 : this.#before;
  }

  get #remaining(): Ranges {
    return this.#options.candidates.filter(([first]) => first < this.#before);
  }

  #check(publication: Publication): void {
    const { feed, epoch, placeOf, matches } = this.#options;
    this.#before = publication.offset;
    if (publication.notification === null) return;
    const { offset, notification } = publication;
    const placed = placeOf({ offset, notification });
    if (matches(notification, placed)) this.#found = { feed, epoch, offset, notification, ...placed };
  }

  async #load(): Promise<boolean> {
    const { history, budget, yieldToEventLoop } = this.#options;
    const range = this.#remaining.at(-1);
    if (!range || (budget.isSpent && this.#hasLoaded)) return false;
    this.#hasLoaded = true;
    const end = Math.min(range[1], this.#before - 1);
    const first = Math.max(range[0], end - CHUNK + 1);
    await yieldToEventLoop();
    this.#unchecked = [...(await history.readRange(first, end))];
    budget.spend(this.#unchecked);
    return true;
  }
}
