import type { PeerId } from '../peers/peer.ts';
import type { WorkloadId } from '../workloads/workload.ts';
import type { GrowthRow, ReadMedian } from './result.ts';

type Figure = (read: ReadMedian, growth: readonly GrowthRow[]) => number | undefined;

interface Goal {
  /** The figure to compare with `value`. */
  figure: Figure;
  /** The unit of `value`. For a ratio, it's `×`, usually followed by the name of the reference figure. */
  unit: string;
  value: number;
}

/** A performance target. */
export interface Target {
  /** The figure that has the target. */
  work: string;
  /** `max`: the figure must be at most the target. `min`: it must be at least the target. */
  bound: 'max' | 'min';
  target: Goal;
  /** A more ambitious target. The figure and unit default to those of `target`. */
  stretchGoal: Omit<Goal, 'figure' | 'unit'> & Partial<Pick<Goal, 'figure' | 'unit'>>;
}

const figure =
  (work: WorkloadId, peer: PeerId, name: string): Figure =>
  (read) =>
    read(work, peer, name);

const ratio =
  (numerator: Figure, denominator: Figure): Figure =>
  (read, growth) => {
    const [a, b] = [numerator(read, growth), denominator(read, growth)];
    return a === undefined || b === undefined ? undefined : a / b;
  };

const growthRatio =
  (what: string, large: number, small: number): Figure =>
  (_read, growth) => {
    const cpuAt = (size: number) => growth.find((row) => row.what === what && row.size === size)?.cpu;
    const [a, b] = [cpuAt(large), cpuAt(small)];
    return a === undefined || b === undefined ? undefined : a / b;
  };

const tocsinFigure = (work: WorkloadId, name: string): Figure => figure(work, 'tocsin', name);
const ratioTo = (work: WorkloadId, name: string, peer: PeerId): Figure =>
  ratio(tocsinFigure(work, name), figure(work, peer, name));

/**
 * The project's performance targets. They apply to the default configuration, which stores a notification durably
 * before returning 202.
 */
export const TARGETS: readonly Target[] = [
  {
    work: 'CPU per notification, 1,000 feeds, 64 in flight',
    bound: 'max',
    target: {
      figure: ratioTo('feeds-1000', 'cpu', 'socketio-streams'),
      unit: '× socket.io + streams',
      value: 2.5,
    },
    stretchGoal: { value: 1.5 },
  },
  {
    work: 'CPU per notification, 1,000 feeds, 256 in flight',
    bound: 'max',
    target: { figure: ratioTo('feeds-1000', 'cpu256', 'centrifugo'), unit: '× Centrifugo', value: 2 },
    stretchGoal: { value: 1 },
  },
  {
    work: 'notifications a second, 1,000 feeds, 64 in flight',
    bound: 'min',
    target: { figure: ratioTo('feeds-1000', 'rate', 'centrifugo'), unit: '× Centrifugo', value: 0.5 },
    stretchGoal: { value: 0.8 },
  },
  {
    work: 'CPU per notification, 1,000 feeds, 64 in flight',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('feeds-1000', 'cpu'), tocsinFigure('feeds-1', 'cpu')),
      unit: '× one feed',
      value: 1.6,
    },
    stretchGoal: { value: 1.3 },
  },
  {
    work: 'CPU per notification, 10,000 feeds, 64 in flight',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('feeds-10000', 'cpu'), tocsinFigure('feeds-1000', 'cpu')),
      unit: '× 1,000 feeds',
      value: 1.3,
    },
    stretchGoal: { value: 1.1 },
  },
  {
    work: 'CPU per delivery to 1,000 clients, 8 in flight',
    bound: 'max',
    target: { figure: ratioTo('fan-out-8', 'cpu', 'ws'), unit: '× raw ws', value: 0.6 },
    stretchGoal: { value: 0.4 },
  },
  {
    work: 'CPU per delivery to 1,000 clients, 1 in flight',
    bound: 'max',
    target: { figure: ratioTo('fan-out-1', 'cpu', 'ws'), unit: '× raw ws', value: 2.5 },
    stretchGoal: { value: 1.4 },
  },
  {
    work: 'single notifications a second, 64 in flight',
    bound: 'min',
    target: {
      figure: ratioTo('singles', 'rate', 'socketio-streams'),
      unit: '× socket.io + streams',
      value: 0.8,
    },
    stretchGoal: { value: 1.2 },
  },
  {
    work: 'CPU per single notification, one feed, all processes',
    bound: 'max',
    target: {
      figure: ratioTo('singles', 'cpu', 'socketio-streams'),
      unit: '× socket.io + streams',
      value: 1.5,
    },
    stretchGoal: { value: 1.1 },
  },
  {
    work: 'notifications a second in arrays of 100',
    bound: 'min',
    target: {
      figure: ratio(tocsinFigure('arrays', 'rate'), tocsinFigure('singles', 'rate')),
      unit: '× our singles',
      value: 4,
    },
    stretchGoal: { figure: ratioTo('arrays', 'rate', 'centrifugo'), unit: '× Centrifugo', value: 1 },
  },
  {
    work: 'latency p50 at 100 a second',
    bound: 'max',
    target: {
      figure: ratioTo('latency', 'p50', 'socketio-streams'),
      unit: '× socket.io + streams',
      value: 2.5,
    },
    stretchGoal: { value: 2 },
  },
  {
    work: 'latency p50 at 100 a second',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('latency', 'p50'), tocsinFigure('dapr-calls', 'sum')),
      unit: '× our Dapr calls',
      value: 1.5,
    },
    stretchGoal: { value: 1.2 },
  },
  {
    work: 'latency p99, compared with p50',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('latency', 'p99'), tocsinFigure('latency', 'p50')),
      unit: '×',
      value: 4,
    },
    stretchGoal: { value: 3 },
  },
  {
    work: 'memory per idle connection',
    bound: 'max',
    target: { figure: tocsinFigure('connections', 'memory'), unit: 'KiB', value: 20 },
    stretchGoal: { value: 14 },
  },
  {
    work: 'CPU per idle connection',
    bound: 'max',
    target: { figure: tocsinFigure('idle', 'cpu'), unit: 'µs a second', value: 3 },
    stretchGoal: { value: 3 },
  },
  {
    work: 'memory per idle connection with its own feed',
    bound: 'max',
    target: { figure: tocsinFigure('idle', 'memory'), unit: 'KiB', value: 14 },
    stretchGoal: { value: 14 },
  },
  {
    work: '1,000 clients recover at once, compared with connecting',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('recovery', 'all'), tocsinFigure('recovery', 'plain')),
      unit: '×',
      value: 1.5,
    },
    stretchGoal: { value: 1.1 },
  },
  {
    work: 'one client recovers 100 messages',
    bound: 'max',
    target: {
      figure: ratio(tocsinFigure('recovery', 'one'), figure('recovery', 'socketio-recovery', 'one')),
      unit: '× socket.io + streams',
      value: 1,
    },
    stretchGoal: { figure: ratioTo('recovery', 'one', 'centrifugo'), unit: '× Centrifugo', value: 1 },
  },
  {
    work: 'accepted rate when offered twice the capacity',
    bound: 'min',
    target: {
      figure: ratio(tocsinFigure('overload', 'accepted'), tocsinFigure('overload', 'capacity')),
      unit: '× capacity',
      value: 0.9,
    },
    stretchGoal: { value: 0.95 },
  },
  {
    work: 'delay p99 of accepted messages at twice the capacity',
    bound: 'max',
    target: { figure: tocsinFigure('overload', 'p99'), unit: 's', value: 2 },
    stretchGoal: { value: 1 },
  },
  {
    work: 'delay p99 at twice the capacity over 1,000 feeds',
    bound: 'max',
    target: { figure: tocsinFigure('overload-1000', 'p99'), unit: 's', value: 1 },
    stretchGoal: { value: 0.5 },
  },
  {
    work: 'CPU per notification with a history of 10,000, compared with 100',
    bound: 'max',
    target: { figure: growthRatio('history', 10_000, 100), unit: '×', value: 1.3 },
    stretchGoal: { value: 1.1 },
  },
];
