import type { Publication } from '@tocsin/contracts';

/** Limits per search call. The next call continues the search. */
export const SEARCH_BOUNDS = { publications: 2_000, characters: 2_000_000, ms: 500 };

export interface SearchBudgetOptions {
  bounds?: typeof SEARCH_BOUNDS;
  now: () => number;
}

/** The publications, characters and time that a search call has left. */
export class SearchBudget {
  readonly #now: () => number;
  readonly #end: number;
  #publications: number;
  #characters: number;

  constructor({ bounds = SEARCH_BOUNDS, now }: SearchBudgetOptions) {
    this.#now = now;
    this.#end = now() + bounds.ms;
    this.#publications = bounds.publications;
    this.#characters = bounds.characters;
  }

  get isSpent(): boolean {
    return this.#publications <= 0 || this.#characters <= 0 || this.#now() > this.#end;
  }

  spend(publications: readonly Publication[]): void {
    this.#publications -= publications.length;
    for (const { notification } of publications)
      this.#characters -= (notification?.title.length ?? 0) + (notification?.body?.length ?? 0) + 100;
  }
}
