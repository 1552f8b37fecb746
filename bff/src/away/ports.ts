/** Wakes an instance at a given time, even if all instances have crashed in the meantime. */
export interface WakeUps {
  /**
   * Resolves when the wake-up `name` is stored for `at` (ms since 1970). It is delivered again until an instance
   * accepts it. An existing wake-up of that name is not changed.
   */
  set(name: string, at: number): Promise<void>;
}

/** Proves that this deployment made a link. */
export interface LinkProofs {
  of(...facts: readonly string[]): string;
  verify(proof: string, ...facts: readonly string[]): boolean;
}

/** Steps of a fallback at which a test may kill or delay the process. */
export type FallbackStep = 'fallback-stored' | 'fallback-claimed' | 'fallback-sent';
