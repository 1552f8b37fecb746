import type { InstanceSnapshot } from '@tocsin/contracts';

/** What all instances showed at one time (ms since 1970). */
export interface Sample {
  readonly at: number;
  readonly instances: readonly InstanceSnapshot[];
}

/** The charts reach so far back, in ms. */
export const HISTORY_MS = 180_000;

/** The history with one more sample, without those that are too old to be drawn. */
export const append = (history: readonly Sample[], sample: Sample): Sample[] => [
  ...history.filter(({ at }) => at > sample.at - HISTORY_MS),
  sample,
];

/** The figure of one instance at each time; null while it was not there. */
export const seriesOf = (
  history: readonly Sample[],
  instance: string,
  figure: (snapshot: InstanceSnapshot) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const snapshot = instances.find((one) => one.instance === instance);
    return snapshot ? figure(snapshot) : null;
  });

/** The sum of a figure over all instances at each time. */
export const totalsOf = (
  history: readonly Sample[],
  figure: (snapshot: InstanceSnapshot) => number,
): number[] => history.map(({ instances }) => instances.reduce((sum, snapshot) => sum + figure(snapshot), 0));

/** The highest of a figure over all instances at each time; null where none has it. */
export const worstOf = (
  history: readonly Sample[],
  figure: (snapshot: InstanceSnapshot) => number | null,
): (number | null)[] =>
  history.map(({ instances }) => {
    const known = instances.map(figure).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
