import { Registry, collectDefaultMetrics, type Counter } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Gauges that end like counters, which promtool refuses; the same numbers come by type under other names. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** A registry with the process's own metrics (CPU, memory, event loop lag). */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

/**
 * Lets the counter's series for these values of its label begin with 0. Prometheus sees no increase in a series that
 * appears with its first event, and so an alert would miss that one.
 */
export function fromZero<L extends string>(
  counter: Counter<L>,
  label: L,
  values: readonly string[],
): Counter<L> {
  for (const value of values) counter.labels({ [label]: value } as Record<L, string>).inc(0);
  return counter;
}
