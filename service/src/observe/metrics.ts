import { Registry, collectDefaultMetrics, type Counter } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Gauges that promtool rejects because they are named like counters. Other metrics report the same values by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** A registry with the metrics of the process: CPU, memory, event loop lag. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/**
 * Starts the series for these label values at 0. If a series first appeared at 1, Prometheus wouldn't see an increase,
 * and an alert would miss the first event.
 */
export function startAtZero<L extends string>(
  counter: Counter<L>,
  label: L,
  values: readonly string[],
): Counter<L> {
  for (const value of values) counter.labels({ [label]: value } as Record<L, string>).inc(0);
  return counter;
}
