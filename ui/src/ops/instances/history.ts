import type { InstanceSnapshot, PastInstance } from '@tocsin/contracts';

/** The metrics of an instance that are tracked over time. */
export interface Figures extends Pick<
  InstanceSnapshot,
  'instance' | 'accepted' | 'delivered' | 'suppressed' | 'p50Ms' | 'p99Ms'
> {
  redisUsed?: number | null;
}

/** All instances' metrics at a given time (ms since 1970). */
export interface Sample {
  readonly at: number;
  readonly instances: readonly Figures[];
}

/** Time span of the live metrics (ms). */
export const RECENT_MS = 180_000;
export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Adds a sample and drops samples that are too old to show. */
export const append = (history: readonly Sample[], sample: Sample): Sample[] => [
  ...history.filter(({ at }) => at > sample.at - RECENT_MS),
  sample,
];

export const sampleOf = (at: number, instances: readonly InstanceSnapshot[]): Sample => ({
  at,
  instances: instances.map((snapshot) => ({ ...snapshot, redisUsed: snapshot.redis?.used ?? null })),
});

/**
 * Returns the history of all instances: a sample for each past minute, timestamped at its midpoint, then the live
 * samples. The live samples replace the minutes that they cover.
 */
export function wholeHour(past: readonly PastInstance[], recent: readonly Sample[], now: number): Sample[] {
  const minutes = new Map<number, Figures[]>();
  for (const { instance, minutes: all } of past) {
    for (const figures of all) {
      const at = (figures.minute + 0.5) * MINUTE_MS;
      if (at < now - HOUR_MS) continue;
      minutes.set(at, [...(minutes.get(at) ?? []), { instance, ...figures }]);
    }
  }
  const first = recent[0]?.at ?? Infinity;
  const older = [...minutes]
    .filter(([at]) => at < first)
    .map(([at, instances]) => ({ at, instances }))
    .toSorted((a, b) => a.at - b.at);
  return [...older, ...recent];
}

/** Returns an instance's metric at each time, or null while the instance was missing. */
export const seriesOf = (
  history: readonly Sample[],
  instance: string,
  figure: (figures: Figures) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const figures = instances.find((snapshot) => snapshot.instance === instance);
    return figures ? figure(figures) : null;
  });

export const totalsOf = (history: readonly Sample[], figure: (figures: Figures) => number): number[] =>
  history.map(({ instances }) => instances.reduce((sum, figures) => sum + figure(figures), 0));

/** Returns the maximum across all instances at each time, or null if no instance has a value. */
export const worstOf = (
  history: readonly Sample[],
  figure: (figures: Figures) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const present = instances.map(figure).filter((value) => value !== null);
    return present.length === 0 ? null : Math.max(...present);
  });
