import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SEVERITIES, notificationInputSchema } from '@tocsin/contracts';
import { createLogger } from '@tocsin/service';
import { idsOf, testProducer } from '../../testing/test-producer.ts';
import { demoNotification } from './events.ts';
import { runDemo } from './source.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const start = () => {
  const fixture = testProducer();
  const end = new AbortController();
  const log = createLogger('producer', 'silent');
  const done = runDemo({
    produce: (...args) => fixture.producer.produce(...args),
    ...{ intervalMs: 1_000, log, signal: end.signal },
  });
  return { ...fixture, end, done };
};

it('should create valid, distinct notifications of every severity, some with links and actions', () => {
  const inputs = Array.from({ length: 2_000 }, (_, n) => notificationInputSchema.parse(demoNotification(n)));
  expect(new Set(inputs.map(({ severity = 'info' }) => severity))).toEqual(new Set(SEVERITIES));
  expect(inputs.some(({ link }) => link)).toBe(true);
  expect(inputs.some(({ actions }) => actions)).toBe(true);
  expect(new Set(inputs.slice(0, 60).map(({ title }) => title)).size).toBe(60);
});

it('should link to the demo page using a kind and an id that the page recognizes', () => {
  const script = readFileSync(join(import.meta.dirname, '../../../ui/public/demo.js'), 'utf8');
  const kinds = [...script.matchAll(/^ {4}([a-z]+): \[/gm)].map(([, kind]) => kind);
  const links = Array.from({ length: 500 }, (_, n) => demoNotification(n)).flatMap(({ link, actions = [] }) =>
    [link, ...actions.map((action) => action.link)].filter((path) => path !== undefined),
  );
  expect(links.length).toBeGreaterThan(100);
  for (const link of links) {
    const [, kind = '', id] = /^\/demo\?([a-z]+)=(.*)$/.exec(link) ?? [];
    expect(kinds, link).toContain(kind);
    expect(id).toMatch(/^[a-z0-9.-]{1,30}$/);
  }
  expect(existsSync(join(import.meta.dirname, '../../../ui/public/demo.html'))).toBe(true);
});

it('should publish one notification per interval until stopped', async () => {
  const { backend, end, done } = start();
  await vi.advanceTimersByTimeAsync(4_500);
  expect(backend.deposited.flatMap(idsOf)).toHaveLength(5);
  end.abort();
  await done;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(backend.deposited.flatMap(idsOf)).toHaveLength(5);
});

it('should keep its interval if the clock is set back during a retry', async () => {
  const { backend, end, done } = start();
  backend.fate = () => 'lost';
  await vi.advanceTimersByTimeAsync(10_000);
  vi.setSystemTime(Date.now() - 60 * 60 * 1_000);
  backend.fate = () => 'good';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(new Set(backend.deposited.flatMap(idsOf)).size).toBeGreaterThan(5);
  end.abort();
  await done;
});

it('should retry a notification with the same id until accepted before sending the next', async () => {
  const { backend, end, done } = start();
  backend.fate = () => 'lost';
  await vi.advanceTimersByTimeAsync(100_000);
  backend.fate = () => 'good';
  await vi.advanceTimersByTimeAsync(10_000);
  const ids = backend.deposited.flatMap(idsOf);
  expect(new Set(ids).size).toBeLessThan(15);
  expect(new Set(backend.deposited.slice(0, 2).flatMap(idsOf)).size).toBeLessThanOrEqual(2);
  end.abort();
  await done;
});
