import type { PeerId } from '../peers/peer.ts';
import { compareWithTargets, type TargetResult } from './compare-targets.ts';
import { METRICS } from './metrics.ts';
import { medianReader, type Result } from './result.ts';

/** Formats a figure with thousands separators, for example 26,000. */
export const numberText = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const NONE = '–';

/** Returns the peers that have a column. socket.io with recovery is a separate setup, but shares socket.io's column. */
const columns = (result: Result): { id: PeerId; name: string }[] =>
  result.peers.filter(
    ({ id, notMeasuredBecause }) => id !== 'socketio-recovery' && notMeasuredBecause === undefined,
  );

/** Returns a table with a row per figure and a column per peer. The first row is the heading. */
export function figureRows(result: Result): string[][] {
  const read = medianReader(result);
  const peers = columns(result);
  const rows = METRICS.map(({ work, name, text, digits }) => {
    const values = peers.map(({ id }) => {
      const peer = work === 'recovery' && id === 'socketio-streams' ? 'socketio-recovery' : id;
      return read(work, peer, name);
    });
    return values.every((value) => value === undefined)
      ? []
      : [text, ...values.map((value) => (value === undefined ? NONE : numberText(value, digits)))];
  });
  return [['work', ...peers.map(({ name }) => name)], ...rows.filter((row) => row.length > 0)];
}

/** Returns a table with the latency of each Dapr call that a notification needs. Empty if not measured. */
export function callRows(result: Result): string[][] {
  const read = medianReader(result);
  const names = Object.keys(result.samples.find(({ work }) => work === 'dapr-calls')?.figures ?? {});
  if (names.length === 0) return [];
  const values = names.map((name) => numberText(read('dapr-calls', 'tocsin', name) ?? Number.NaN, 2));
  return [
    ['Dapr call, median ms', ...names],
    ['one at a time', ...values],
  ];
}

const goal = ({ bound }: TargetResult, value: number, unit: string): string =>
  `${bound === 'max' ? '≤' : '≥'} ${value} ${unit}`;

const stretchGoalText = (comparison: TargetResult): string => {
  const { stretchGoal, stretchUnit, stretchMeasured, stretchReached, unit } = comparison;
  if (stretchReached) return `${goal(comparison, stretchGoal, stretchUnit)}: reached`;
  if (stretchUnit === unit) return goal(comparison, stretchGoal, stretchUnit);
  return `${goal(comparison, stretchGoal, stretchUnit)} (${stretchMeasured === undefined ? 'not measured' : numberText(stretchMeasured, 2)})`;
};

/** Returns a heading, then a row per target with the measured value and whether it reached the target. */
export const targetRows = (result: Result): string[][] => [
  ['figure', 'measured', 'target', 'reached', 'stretch goal'],
  ...compareWithTargets(result).map((comparison) => [
    comparison.work,
    `${numberText(comparison.measured, 2)} ${comparison.unit}`,
    goal(comparison, comparison.target, comparison.unit),
    comparison.reached ? 'yes' : 'no',
    stretchGoalText(comparison),
  ]),
];

export const growthRows = ({ growth = [] }: Result): string[][] =>
  growth.length === 0
    ? []
    : [
        ['growing quantity', 'size', 'CPU s per million notifications', 'notifications a second'],
        ...growth.map(({ what, size, cpu, rate }) => [
          what,
          numberText(size),
          numberText(cpu),
          numberText(rate),
        ]),
      ];
