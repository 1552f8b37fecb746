import { DOCUMENT_VERSION, MAX_PAGE_BYTES, type ReadDocument } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../feed/present.ts';
import { FeedView } from '../recover/views/feed-view.ts';
import { DEFAULT_RING_LIMITS } from '../recover/ring/ring.ts';
import { Fixture, notification } from '../../testing/feed-fixture.ts';
import { readPageFor } from './page-for-reader.ts';
import { testProofs } from '../../testing/test-proofs.ts';

/** Creates a view of a feed with multiple pages. */
async function longView() {
  const f = new Fixture();
  const host = f.instance();
  f.put(
    1,
    Array.from({ length: 200 }, (_, i) => notification(`n${i}`, { body: 'x'.repeat(2_000) })),
  );
  await host.turn(1);
  const view = new FeedView('all', {
    ...{ log: f.log, origin: f.origin, marks: f.instance().marks, limits: f.limits, now: () => f.now },
    proofs: testProofs,
    ring: DEFAULT_RING_LIMITS,
    routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
  });
  const { epoch } = await view.knownPosition();
  return { view, epoch, now: () => f.now };
}
const newest = { kind: 'newest', limit: 200 } as const;

describe("a page with its reader's read state", () => {
  it("should stay within the contract's byte limit", async () => {
    const { view, epoch, now } = await longView();
    const ids = Array.from({ length: 1_000 }, (_, i) => `${i}`.padStart(128, 'x'));
    const document: ReadDocument = { v: DOCUMENT_VERSION, epoch, offset: 3, ids, at: 1 };
    const states = { stored: () => Promise.resolve(document) };
    const page = await readPageFor('user:a', view, newest, {
      inboxes: { stateOf: async () => undefined },
      states,
      now,
      onUnreadable: () => undefined,
    });
    expect(page.read).toEqual({ offset: 3, ids });
    expect(page.publications.length).toBeGreaterThan(20);
    expect(sizeOf(page)).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  });

  it('should be returned without the read state if the store is unavailable', async () => {
    const { view, now } = await longView();
    const errors: unknown[] = [];
    const states = { stored: () => Promise.reject(new Error('store down')) };
    const page = await readPageFor('user:a', view, newest, {
      ...{
        inboxes: { stateOf: async () => undefined },
        states,
        now,
        onUnreadable: (error: unknown) => errors.push(error),
      },
    });
    expect(page.read).toBeUndefined();
    expect(page.publications.length).toBeGreaterThan(50);
    expect(errors).toHaveLength(1);
  });
});
