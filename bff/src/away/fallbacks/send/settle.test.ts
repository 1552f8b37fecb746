import { expect, it } from 'vitest';
import { READER, arrival } from '../../../../testing/away/deployment.ts';
import { sizeOf } from '../../../feed/present.ts';
import { MAX_SHOWN } from '../decide/decide.ts';
import { newAway } from '../document.ts';
import { MAX_CONTENT_BYTES } from '../register.ts';
import { settle } from './settle.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

it('should move as much content as fits back to the waiting notifications, starting with the oldest', () => {
  const items = Array.from({ length: MAX_SHOWN + 5 }, (_, n) => {
    const createdAt = new Date(NOW - n).toISOString();
    const notification = { ...arrival(`n${n}`), createdAt, body: 'x'.repeat(MAX_CONTENT_BYTES / MAX_SHOWN) };
    return { id: `n${n}`, createdAt, unless: 'read' as const, since: NOW, notification };
  });
  const message = { key: 'key', via: 'email', until: NOW, attempts: 1, items };
  const { waiting } = settle(
    { ...newAway(READER), sending: [message] },
    message,
    { outcome: 'unavailable', reason: 'down' },
    { windowMs: 0, perHour: 1, repeats: false },
    NOW,
  );
  expect(waiting.map(({ id, steps }) => [id, steps.length])).toEqual(items.map(({ id }) => [id, 1]));
  const kept = waiting.filter(({ notification }) => notification);
  expect(sizeOf(kept.map(({ notification }) => notification))).toBeLessThan(MAX_CONTENT_BYTES);
  expect(kept.map(({ id }) => id)).toEqual(items.slice(-kept.length).map(({ id }) => id));
  expect(kept.length).toBeGreaterThan(MAX_SHOWN / 2);
});
