import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fetchLinked } from './fetch-linked.ts';

const PERMALINK = { id: 'n1', feed: 'all' };
const publication = (expiresAt: string) => ({
  ...{ offset: 1 },
  notification: {
    id: 'n1',
    feed: 'all',
    severity: 'info',
    title: 't',
    createdAt: '2026-01-01T00:00:00Z',
    expiresAt,
  },
});

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T12:00:00Z') }));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.each([
  ['2026-01-01T12:00:01Z', { notification: { id: 'n1' } }],
  ['2026-01-01T12:00:00Z', { notification: null, gone: 'expired' }],
])(
  "should use the reader's clock to decide whether a notification has expired, like the list: %s",
  async (at, expected) => {
    const linked = { feed: 'all', epoch: 'e', publication: publication(at) };
    vi.stubGlobal('fetch', async () => Response.json(linked));
    expect(await fetchLinked(PERMALINK, undefined)).toMatchObject({
      state: 'shown',
      linked: { publication: expected },
    });
  },
);
