/** Splits a Redis stream id, `<ms>-<n>`. */
const partsOf = (id: string): [bigint, bigint] => {
  const [ms = '0', n = '0'] = id.split('-');
  return [BigInt(ms), BigInt(n)];
};

export function isLowerId(a: string, b: string): boolean {
  const [[ms, n], [otherMs, otherN]] = [partsOf(a), partsOf(b)];
  return ms < otherMs || (ms === otherMs && n < otherN);
}

/** Returns the lowest id above the given id. */
export function idAfter(id: string): string {
  const [ms, n] = partsOf(id);
  return `${ms}-${n + 1n}`;
}

/** Returns the time when Redis stored the message (ms since 1970). */
export const timeOfId = (id: string): number => Number(partsOf(id)[0]);

/** A consumer group's progress in a stream. */
export interface GroupState {
  lastDelivered: string;
  /** The oldest delivered but unacknowledged message. */
  oldestPending: string | null;
}

/**
 * Returns the id below which every group has acknowledged all messages. Returns `undefined` if there are no groups yet,
 * since a group that is created later still needs the messages.
 */
export function acknowledgedBelow(groups: readonly GroupState[]): string | undefined {
  return groups
    .map(({ lastDelivered, oldestPending }) => oldestPending ?? idAfter(lastDelivered))
    .reduce<string | undefined>(
      (lowest, id) => (lowest === undefined || isLowerId(id, lowest) ? id : lowest),
      undefined,
    );
}
