/** Wakes an instance at a given time. Stored wake-ups survive a crash of all instances. */
export interface WakeUps {
  /**
   * Resolves when the wake-up `name` is stored for `at` (ms since 1970). The wake-up is redelivered until an instance
   * accepts it. If there is already a wake-up with that name, it doesn't change.
   */
  set(name: string, at: number): Promise<void>;
}

/** Proves that this deployment created a link. */
export interface LinkProofs {
  create(...values: readonly string[]): string;
  verify(proof: string, ...values: readonly string[]): boolean;
}

/** The steps of a fallback at which tests can kill or delay the process. */
export type FallbackStep = 'fallback-stored' | 'fallback-claimed' | 'fallback-sent';
