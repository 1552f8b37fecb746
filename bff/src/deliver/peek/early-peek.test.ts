import { expect, it } from 'vitest';
import { MemoryClaimCheck } from '@tocsin/service';
import { peekEarly } from './early-peek.ts';

it('should use an entry found early, even if it has since been popped', async () => {
  const entries = new MemoryClaimCheck();
  entries.put('a', 'content');
  const early = peekEarly(entries, 'a');
  await entries.pop('a');
  expect(await early.peek('a')).toBe('content');
});

it('should peek again if the early peek found no entry', async () => {
  const entries = new MemoryClaimCheck();
  const early = peekEarly(entries, 'a');
  await Promise.resolve();
  entries.put('a', 'content');
  expect(await early.peek('a')).toBe('content');
});

it('should peek again if the early peek failed', async () => {
  let fails = 1;
  const early = peekEarly(
    {
      peek: () => (fails-- > 0 ? Promise.reject(new Error('unavailable')) : Promise.resolve('content')),
      pop: () => Promise.resolve(undefined),
    },
    'a',
  );
  expect(await early.peek('a')).toBe('content');
});

it('should peek at other entries as usual', async () => {
  const entries = new MemoryClaimCheck();
  entries.put('b', 'other');
  expect(await peekEarly(entries, 'a').peek('b')).toBe('other');
});
