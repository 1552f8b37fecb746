import { expect, it } from 'vitest';
import { erase, Fixture, FEED } from '../../../testing/feed-fixture.ts';
import { testProofs } from '../../../testing/test-proofs.ts';
import { FeedView } from '../../recover/views/feed-view.ts';
import { DEFAULT_RING_LIMITS } from '../../recover/ring/ring.ts';
import { CHUNK } from './advance.ts';
import { Histories } from './histories.ts';

it('should not return publications or ids of a later epoch from a history that was opened before that epoch', async () => {
  const f = new Fixture();
  const host = f.instance();
  const { log, origin, limits } = f;
  const now = () => f.now;
  const view = new FeedView(FEED, {
    ...{ log, origin, limits, now, ring: DEFAULT_RING_LIMITS, marks: f.instance().marks },
    proofs: testProofs,
    routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
  });
  const histories = new Histories({ view: () => view, now });
  const ids = (prefix: string) => Array.from({ length: CHUNK }, (_, i) => `${prefix}${i + 1}`);
  f.deposit(1, ids('n'));
  await host.turn(1);
  const { head, history } = await histories.current(FEED);
  expect(await history.readRange(1, head.offset)).toHaveLength(CHUNK);

  f.put(2, [erase]);
  await host.turn(2);
  f.deposit(3, ids('x'));
  await host.turn(3);
  await view.compare();
  await expect(history.readRange(1, 2)).rejects.toThrow('new epoch');
  await expect(history.ids(1, 2)).rejects.toThrow('new epoch');
  await expect(history.ids(1, CHUNK)).rejects.toThrow('new epoch');
  const later = await histories.current(FEED);
  expect(await later.history.ids(1, CHUNK)).toEqual(ids('x'));
});
