import type { InstanceSnapshot } from '@tocsin/contracts';

/** The figures of all instances at one time (ms since 1970). */
export interface Sample {
  readonly at: number;
  readonly instances: readonly InstanceSnapshot[];
}

/** Time span of the charts, in ms. */
export const HISTORY_MS = 180_000;

/** Adds a sample and drops those that are too old to show. */
export const append = (history: readonly Sample[], sample: Sample): Sample[] => [
  ...history.filter(({ at }) => at > sample.at - HISTORY_MS),
  sample,
];

/** An instance's figure at each time; null while it was absent. */
export const seriesOf = (
  history: readonly Sample[],
  instance: string,
  figure: (snapshot: InstanceSnapshot) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const snapshot = instances.find((one) => one.instance === instance);
    return snapshot ? figure(snapshot) : null;
  });

/** The sum over all instances at each time. */
export const totalsOf = (
  history: readonly Sample[],
  figure: (snapshot: InstanceSnapshot) => number,
): number[] => history.map(({ instances }) => instances.reduce((sum, snapshot) => sum + figure(snapshot), 0));

/** The maximum over all instances at each time; null if no instance has the figure. */
export const worstOf = (
  history: readonly Sample[],
  figure: (snapshot: InstanceSnapshot) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const known = instances.map(figure).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
