import { expect, it } from 'vitest';
import { en } from '../messages/en/index.ts';
import { receiptTexts } from './receipt-text.ts';

const named = { id: 'a', feed: 'user:ada', fallbacks: [] };
const marks = { seen: false, read: false, archived: false };

it.each([
  [{}, "hasn't seen it yet"],
  [{ delivered: true }, "received it on a page but hasn't seen it yet"],
  [{ seen: true }, "has seen it but hasn't read it"],
  [{ seen: true, read: true }, 'has read it'],
  [{ read: true, archived: true }, 'has archived it'],
])("should describe the reader's state: %j", (changed, text) => {
  expect(receiptTexts({ ...named, reader: { ...marks, ...changed } }, en)).toEqual([`The reader ${text}.`]);
});

it("should describe each fallback's outcome and reason", () => {
  const at = '2026-01-01T10:00:00Z';
  const fallbacks = [
    { via: 'push', state: 'sent' as const, at },
    { via: 'email', state: 'suppressed' as const, at, reason: 'read' },
  ];
  const [push, email] = receiptTexts({ ...named, fallbacks }, en);
  expect(push).toMatch(/^Fallback via push: sent \(/);
  expect(email).toMatch(/not needed .* read$/);
});

it('should show the approximate number of pages and readers for a topic', () => {
  const readers = { accuracy: 'about' as const, pages: 12, seen: 7, read: 5, archived: 1 };
  expect(receiptTexts({ id: 'a', feed: 'topic:orders', readers, fallbacks: [] }, en)).toEqual([
    'About 12 pages received it. Readers: 7 saw it, 5 read it, 1 archived it.',
  ]);
});
