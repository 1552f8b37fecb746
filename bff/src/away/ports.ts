/** Wakes an instance at a given time. Stored wake-ups survive even if all instances crash. */
export interface WakeUps {
  /**
   * Resolves when the wake-up `name` is stored for `at` (ms since 1970). It is redelivered until an instance accepts
   * it. Does not change an existing wake-up with that name.
   */
  set(name: string, at: number): Promise<void>;
}

/** Proves that this deployment created a link. */
export interface LinkProofs {
  create(...values: readonly string[]): string;
  verify(proof: string, ...values: readonly string[]): boolean;
}

/** Fallback steps where tests can kill or delay the process. */
export type FallbackStep = 'fallback-stored' | 'fallback-claimed' | 'fallback-sent';
