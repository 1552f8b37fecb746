import { expect, it } from 'vitest';
import { en } from '../messages/en/index.ts';
import { receiptTexts } from './receipt-text.ts';

const named = { id: 'a', feed: 'user:ada', fallbacks: [] };
const marks = { seen: false, read: false, archived: false };

it.each([
  [{}, 'has not seen it yet'],
  [{ seen: true }, 'has seen it, but not read it'],
  [{ seen: true, read: true }, 'has read it'],
  [{ read: true, archived: true }, 'has archived it'],
])('should say how far the reader got: %j', (changed, says) => {
  expect(receiptTexts({ ...named, reader: { ...marks, ...changed } }, en)).toEqual([`The reader ${says}.`]);
});

it('should say how each fallback ended, and why', () => {
  const at = '2026-01-01T10:00:00Z';
  const fallbacks = [
    { via: 'push', state: 'sent' as const, at },
    { via: 'email', state: 'suppressed' as const, at, reason: 'read' },
  ];
  const [push, email] = receiptTexts({ ...named, fallbacks }, en);
  expect(push).toMatch(/^Fallback by push: sent \(/);
  expect(email).toMatch(/not needed .* read$/);
});
