import { Registry, type Logger } from '@tocsin/service';
import { expect, it, vi } from 'vitest';
import type { FallbackStepName } from '../away/fallbacks/fallback-observer.ts';
import { createFallbackObserver } from './fallback-observer.ts';

it.each<[FallbackStepName, number, string]>([
  ['settle', 1, 'it will be retried a few times before the outcome counts as unknown'],
  ['publish-receipt', 1, 'it will be retried'],
  // Not counted because operators' pages poll the list: a single unreadable document would trigger the alert.
  ['list-unsent', 0, 'the list of unsent fallbacks can be incomplete until a retry succeeds'],
  ['close-unsent', 0, 'the operator can retry'],
  ['replace', 0, "when the fallback is due, the feed's history is checked to decide whether to send it"],
  [
    'read-document',
    0,
    'the reader gets no fallbacks, and retracted content stays stored; delete this document from the state store',
  ],
  ['forget-devices', 0, 'the push service will report these devices again'],
])('should count a failed step only if the step records an outcome: %s', async (step, count, consequence) => {
  const registry = new Registry();
  const warn = vi.fn();
  const observer = createFallbackObserver(registry, { warn } as unknown as Logger, ['email']);
  observer.failed(step, new Error('unavailable'));
  const { values = [] } =
    (await registry.getSingleMetric('tocsin_bff_fallback_step_faults_total')?.get()) ?? {};
  expect(values.map(({ value }) => value)).toEqual([count]);
  expect(warn.mock.calls[0]?.[1]).toBe(`a fallback step failed; ${consequence}`);
});
