import { expect, it } from 'vitest';
import { Counter, createRegistry, startAtZero } from './metrics.ts';

it('should include the process metrics, under names that Prometheus accepts', async () => {
  const metrics = await createRegistry().getMetricsAsJSON();
  const names = metrics.map(({ name }) => name);
  expect(names).toContain('nodejs_eventloop_lag_seconds');
  expect(names).toContain('process_resident_memory_bytes');
  for (const { name, type } of metrics) {
    expect(name.endsWith('_total'), `${name} is a ${String(type)}`).toBe(String(type) === 'counter');
  }
});

it('should export a labeled counter as 0 before the first event', async () => {
  const registry = createRegistry();
  startAtZero(
    new Counter({ name: 'tries_total', help: 'Tries.', labelNames: ['outcome'], registers: [registry] }),
    'outcome',
    ['good', 'bad'],
  );
  expect(await registry.metrics()).toContain('tries_total{outcome="bad"} 0');
});
