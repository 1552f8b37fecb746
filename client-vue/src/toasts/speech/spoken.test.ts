import type { Severity } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { SpokenBatch, spokenErrors, spokenOf } from './spoken.ts';
import type { Toast } from '../stack/toast.ts';

const toast = (title: string, severity: Severity = 'info'): Toast => ({
  ...{ key: title, kind: 'notification', actions: [], severity, title },
});

it('should announce a few toasts in full and many as counts plus the newest toast', () => {
  const batch = new SpokenBatch();
  batch.add([toast('one'), toast('two', 'warning')]);
  expect(batch.take().text).toBe('Info: one. Warning: two');
  expect(batch.take().text).toBe('');
  batch.add(Array.from({ length: 499 }, (_, n) => toast(`${n}`)));
  batch.add([toast('last', 'warning')]);
  expect(batch.take().text).toBe('500 notifications: 1 warning, 499 info. Newest: Warning: last');
});

it('should announce errors individually, equal errors once, and only the newest few if there are many', () => {
  const spoken = (errors: readonly Toast[]) => spokenErrors(errors).map(({ text }) => text);
  expect(spoken([toast('a', 'error'), toast('b', 'error'), toast('a', 'error')])).toEqual([
    'Error: a. 2 times',
    'Error: b',
  ]);
  const errors = Array.from({ length: 30 }, (_, n) => toast(`${n}`, 'error'));
  expect(spoken(errors)).toHaveLength(11);
  expect(spoken(errors).slice(-2)).toEqual(['Error: 29', 'And 20 more errors']);
});

it('should announce the body and the source', () => {
  expect(spokenOf({ ...toast('a'), body: 'b', source: 'c' })).toBe('Info: a. b. From c');
});
