import type { PeerId } from '../peers/peer.ts';
import type { WorkId } from '../works/work.ts';
import { reader, type GrowthRow, type Read, type Result } from './result.ts';

type Figure = (read: Read, growth: readonly GrowthRow[]) => number | undefined;

interface Goal {
  of: Figure;
  /** `×` what, or the unit. */
  unit: string;
  value: number;
}

interface Bar {
  work: string;
  is: 'most' | 'least';
  bar: Goal;
  /** What is hoped for; against the same as the bar unless it says so. */
  aim: Omit<Goal, 'of' | 'unit'> & Partial<Pick<Goal, 'of' | 'unit'>>;
}

const figure =
  (work: WorkId, peer: PeerId, name: string): Figure =>
  (read) =>
    read(work, peer, name);

const ratio =
  (above: Figure, below: Figure): Figure =>
  (read, growth) => {
    const [a, b] = [above(read, growth), below(read, growth)];
    return a === undefined || b === undefined ? undefined : a / b;
  };

const grown =
  (what: string, large: number, small: number): Figure =>
  (_read, growth) => {
    const cpuAt = (size: number) => growth.find((row) => row.what === what && row.size === size)?.cpu;
    const [a, b] = [cpuAt(large), cpuAt(small)];
    return a === undefined || b === undefined ? undefined : a / b;
  };

const ours = (work: WorkId, name: string): Figure => figure(work, 'tocsin', name);
const against = (work: WorkId, name: string, peer: PeerId): Figure =>
  ratio(ours(work, name), figure(work, peer, name));

/** What the project has set itself, with the guarantee on. */
const BARS: readonly Bar[] = [
  {
    work: 'CPU of a delivery to 1,000, 8 in flight',
    is: 'most',
    bar: { of: against('fan-out-8', 'cpu', 'ws'), unit: '× raw ws', value: 0.6 },
    aim: { value: 0.35 },
  },
  {
    work: 'CPU of a delivery to 1,000, 1 in flight',
    is: 'most',
    bar: { of: against('fan-out-1', 'cpu', 'ws'), unit: '× raw ws', value: 1.5 },
    aim: { value: 1.2 },
  },
  {
    work: 'singles a second, 64 in flight',
    is: 'least',
    bar: { of: against('singles', 'rate', 'socketio-streams'), unit: '× socket.io + streams', value: 0.7 },
    aim: { of: against('singles', 'rate', 'centrifugo'), unit: '× Centrifugo', value: 1 },
  },
  {
    work: 'CPU of a single, all processes',
    is: 'most',
    bar: { of: against('singles', 'cpu', 'socketio-streams'), unit: '× socket.io + streams', value: 2 },
    aim: { value: 1.2 },
  },
  {
    work: 'notifications a second in arrays of 100',
    is: 'least',
    bar: { of: ratio(ours('arrays', 'rate'), ours('singles', 'rate')), unit: '× our singles', value: 4 },
    aim: { of: against('arrays', 'rate', 'centrifugo'), unit: '× Centrifugo', value: 1 },
  },
  {
    work: 'latency p50 at 100 a second',
    is: 'most',
    bar: { of: against('latency', 'p50', 'socketio-streams'), unit: '× socket.io + streams', value: 3 },
    aim: { value: 2 },
  },
  {
    work: 'latency p50 at 100 a second',
    is: 'most',
    bar: {
      of: ratio(ours('latency', 'p50'), ours('dapr-calls', 'sum')),
      unit: '× our Dapr calls',
      value: 1.5,
    },
    aim: { value: 1.2 },
  },
  {
    work: 'latency p99 against p50',
    is: 'most',
    bar: { of: ratio(ours('latency', 'p99'), ours('latency', 'p50')), unit: '×', value: 4 },
    aim: { value: 3 },
  },
  {
    work: 'memory of an idle connection',
    is: 'most',
    bar: { of: ours('connections', 'memory'), unit: 'KiB', value: 20 },
    aim: { value: 14 },
  },
  {
    work: '1,000 recover at once, against a connect',
    is: 'most',
    bar: { of: ratio(ours('recovery', 'all'), ours('recovery', 'plain')), unit: '×', value: 1.5 },
    aim: { value: 1.1 },
  },
  {
    work: 'one client recovers 100',
    is: 'most',
    bar: {
      of: ratio(ours('recovery', 'one'), figure('recovery', 'socketio-recovery', 'one')),
      unit: '× socket.io + streams',
      value: 1,
    },
    aim: { of: against('recovery', 'one', 'centrifugo'), unit: '× Centrifugo', value: 1 },
  },
  {
    work: 'accepted when twice the capacity is offered',
    is: 'least',
    bar: {
      of: ratio(ours('overload', 'accepted'), ours('overload', 'capacity')),
      unit: '× capacity',
      value: 0.9,
    },
    aim: { value: 0.95 },
  },
  {
    work: 'delay p99 of what is accepted then',
    is: 'most',
    bar: { of: ours('overload', 'p99'), unit: 's', value: 2 },
    aim: { value: 1 },
  },
  {
    work: 'CPU of a notification with 1,000 feeds against 1',
    is: 'most',
    bar: { of: grown('feeds', 1_000, 1), unit: '×', value: 2 },
    aim: { value: 1.3 },
  },
  {
    work: 'CPU of a notification with a history of 10,000 against 100',
    is: 'most',
    bar: { of: grown('history', 10_000, 100), unit: '×', value: 1.3 },
    aim: { value: 1.1 },
  },
];

export interface Judged {
  work: string;
  is: 'most' | 'least';
  measured: number;
  unit: string;
  bar: number;
  reached: boolean;
  aim: number;
  aimUnit: string;
  /** `undefined` if what it is held against was not measured. */
  aimMeasured: number | undefined;
  aimReached: boolean;
}

/** Holds a result against all bars whose figures it has. */
export function judge(result: Pick<Result, 'samples' | 'growth'>): Judged[] {
  const read = reader(result);
  const growth = result.growth ?? [];
  return BARS.flatMap(({ work, is, bar, aim }) => {
    const measured = bar.of(read, growth);
    if (measured === undefined) return [];
    const reaches = (value: number | undefined, goal: number) =>
      value !== undefined && (is === 'most' ? value <= goal : value >= goal);
    const aimMeasured = (aim.of ?? bar.of)(read, growth);
    return [
      {
        work,
        is,
        measured,
        unit: bar.unit,
        bar: bar.value,
        reached: reaches(measured, bar.value),
        aim: aim.value,
        aimUnit: aim.unit ?? bar.unit,
        aimMeasured,
        aimReached: reaches(aimMeasured, aim.value),
      },
    ];
  });
}
