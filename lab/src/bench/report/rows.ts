import type { PeerId } from '../peers/peer.ts';
import { judge, type Judged } from './bars.ts';
import { METRICS } from './metrics.ts';
import { medianReader, type Result } from './result.ts';

/** Formats a figure with thousands separators, for example 26,000. */
export const numberText = (value: number, digits = 0): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

const NONE = '–';

/** The peers with a column. socket.io with recovery is a separate setup, but shares socket.io's column. */
const columns = (result: Result): { id: PeerId; name: string }[] =>
  result.peers.filter(({ id, missing }) => id !== 'socketio-recovery' && missing === undefined);

/** A row per figure and a column per peer. The first row is the heading. */
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

/** A table with the latency of each Dapr call that a notification needs. Empty if not measured. */
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

const goal = ({ is }: Judged, value: number, unit: string): string =>
  `${is === 'most' ? '≤' : '≥'} ${value} ${unit}`;

const aimText = (judged: Judged): string => {
  const { aim, aimUnit, aimMeasured, aimReached, unit } = judged;
  if (aimReached) return `${goal(judged, aim, aimUnit)}: reached`;
  if (aimUnit === unit) return goal(judged, aim, aimUnit);
  return `${goal(judged, aim, aimUnit)} (${aimMeasured === undefined ? 'not measured' : numberText(aimMeasured, 2)})`;
};

/** A heading, followed by a row per target with the measured value and whether it reached the target. */
export const barRows = (result: Result): string[][] => [
  ['figure', 'measured', 'bar', 'reached', 'aim'],
  ...judge(result).map((judged) => [
    judged.work,
    `${numberText(judged.measured, 2)} ${judged.unit}`,
    goal(judged, judged.bar, judged.unit),
    judged.reached ? 'yes' : 'no',
    aimText(judged),
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
