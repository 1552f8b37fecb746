import type { WorkloadId } from '../workloads/workload.ts';

/** A workload measurement and the label to use in the report. */
export interface Metric {
  work: WorkloadId;
  name: string;
  /** The label, including the unit. */
  text: string;
  digits: number;
}

/** Metrics for single messages that are spread over feeds with one client each. */
const overFeeds = (work: WorkloadId, feeds: string): Metric[] => [
  { work, name: 'rate', text: `notifications a second over ${feeds}, 64 in flight`, digits: 0 },
  { work, name: 'rate256', text: '– 256 in flight', digits: 0 },
  { work, name: 'cpu', text: `CPU s per million notifications over ${feeds}, 64 in flight`, digits: 0 },
  { work, name: 'cpu256', text: '– 256 in flight', digits: 0 },
];

export const METRICS: readonly Metric[] = [
  { work: 'latency', name: 'p50', text: 'latency p50 at 100/s, 100 clients, ms', digits: 1 },
  { work: 'latency', name: 'p99', text: 'latency p99, ms', digits: 1 },
  {
    work: 'singles',
    name: 'rate',
    text: 'single notifications accepted and delivered a second, 64 in flight',
    digits: 0,
  },
  { work: 'singles', name: 'cpu', text: 'CPU s per million single notifications, all processes', digits: 0 },
  { work: 'singles', name: 'cpuApplications', text: '– applications', digits: 0 },
  { work: 'singles', name: 'cpuSidecars', text: '– sidecars', digits: 0 },
  { work: 'singles', name: 'cpuRedis', text: '– Redis', digits: 0 },
  { work: 'arrays', name: 'rate', text: 'notifications a second in arrays of 100, 8 in flight', digits: 0 },
  { work: 'arrays', name: 'cpu', text: 'CPU s per million notifications in arrays', digits: 0 },
  ...overFeeds('feeds-1', 'one feed'),
  ...overFeeds('feeds-1000', '1,000 feeds'),
  ...overFeeds('feeds-10000', '10,000 feeds'),
  { work: 'mixed', name: 'rate', text: 'mixed notifications a second, 64 in flight', digits: 0 },
  { work: 'mixed', name: 'cpu', text: 'CPU s per million mixed notifications', digits: 0 },
  { work: 'fan-out-8', name: 'rate', text: 'deliveries a second to 1,000 clients, 8 in flight', digits: 0 },
  { work: 'fan-out-8', name: 'cpu', text: 'CPU s per million deliveries, 8 in flight', digits: 1 },
  { work: 'fan-out-1', name: 'rate', text: 'deliveries a second to 1,000 clients, 1 in flight', digits: 0 },
  { work: 'fan-out-1', name: 'cpu', text: 'CPU s per million deliveries, 1 in flight', digits: 1 },
  { work: 'connections', name: 'memory', text: 'memory per idle connection, KiB', digits: 1 },
  { work: 'connections', name: 'cpu', text: 'CPU s per 1,000 clients that connect and subscribe', digits: 2 },
  {
    work: 'idle',
    name: 'cpu',
    text: 'CPU per connection, 20,000 idle connections, µs a second (one round)',
    digits: 2,
  },
  { work: 'idle', name: 'cpuApplications', text: '– applications', digits: 2 },
  {
    work: 'idle',
    name: 'memory',
    text: 'memory per connection, 20,000 idle connections with a feed each, KiB',
    digits: 1,
  },
  { work: 'recovery', name: 'one', text: 'one client recovers 100 missed messages, ms', digits: 1 },
  { work: 'recovery', name: 'plain', text: '1,000 clients connect and subscribe at once, ms', digits: 0 },
  {
    work: 'recovery',
    name: 'all',
    text: '1,000 clients connect and recover 100 messages each, ms',
    digits: 0,
  },
  {
    work: 'overload',
    name: 'offered',
    text: 'notifications offered a second, twice the capacity',
    digits: 0,
  },
  { work: 'overload', name: 'accepted', text: '– accepted a second', digits: 0 },
  { work: 'overload', name: 'p99', text: 'delay p99 of accepted messages, s', digits: 2 },
  {
    work: 'overload-1000',
    name: 'offered',
    text: 'notifications offered a second over 1,000 feeds, twice the capacity',
    digits: 0,
  },
  { work: 'overload-1000', name: 'accepted', text: '– accepted a second', digits: 0 },
  { work: 'overload-1000', name: 'p99', text: 'delay p99 of accepted messages, s', digits: 2 },
];
