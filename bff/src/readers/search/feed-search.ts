import type { Found, Notification, Placed, Publication, Ranges } from '@tocsin/contracts';
import type { History } from '../advance.ts';
import type { Budget } from './budget.ts';

/** Publications that are matched without a pause for other work: a few milliseconds. */
const CHUNK = 50;

export interface FeedSearchOptions {
  feed: string;
  epoch: string;
  history: Pick<History, 'stretch'>;
  /** Offsets that can match, of the history. */
  candidates: Ranges;
  /** Only offsets before this one are looked at. */
  before: number;
  placeOf: (publication: { offset: number; notification: { id: string } }) => Placed;
  matches: (notification: Notification, placed: Placed) => boolean;
  budget: Budget;
  /** Lets other work run. */
  rest: () => Promise<void>;
}

/** Looks through one feed, the newest first. */
export class FeedSearch {
  readonly #use: FeedSearchOptions;
  #before: number;
  #held: Publication[] = [];
  #found: Found | undefined;

  constructor(options: FeedSearchOptions) {
    this.#use = options;
    this.#before = options.before;
  }

  get feed(): string {
    return this.#use.feed;
  }

  get epoch(): string {
    return this.#use.epoch;
  }

  /** The match that comes next; it stays until it is taken. `undefined` at the end, or when the budget is spent. */
  async peek(): Promise<Found | undefined> {
    while (!this.#found) {
      const publication = this.#held.pop();
      if (publication) this.#look(publication);
      else if (!(await this.#load())) return undefined;
    }
    return this.#found;
  }

  take(): void {
    this.#found = undefined;
  }

  /** Where the search goes on; 0 if nothing is left. */
  get goesOnBefore(): number {
    if (this.#found) return this.#found.offset + 1;
    return this.#left.length === 0 && this.#held.length === 0 ? 0 : this.#before;
  }

  get #left(): Ranges {
    return this.#use.candidates.filter(([first]) => first < this.#before);
  }

  #look(publication: Publication): void {
    const { feed, epoch, placeOf, matches } = this.#use;
    this.#before = publication.offset;
    if (publication.notification === null) return;
    const { offset, notification } = publication;
    const placed = placeOf({ offset, notification });
    if (matches(notification, placed)) this.#found = { feed, epoch, offset, notification, ...placed };
  }

  async #load(): Promise<boolean> {
    const { history, budget, rest } = this.#use;
    const range = this.#left.at(-1);
    if (!range || budget.isSpent) return false;
    const end = Math.min(range[1], this.#before - 1);
    const first = Math.max(range[0], end - CHUNK + 1);
    await rest();
    this.#held = [...(await history.stretch(first, end))];
    budget.spend(this.#held);
    return true;
  }
}
