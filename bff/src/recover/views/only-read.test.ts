import { beforeEach, expect, it } from 'vitest';
import { isLaterEpoch } from '../../feed/position.ts';
import { Fixture } from '../../../testing/feed-fixture.ts';
import { FeedView } from './feed-view.ts';
import { readPage, type PageRequest } from '../page/page.ts';
import { DEFAULT_RING_LIMITS } from '../ring/ring.ts';
import { testProofs } from '../../../testing/test-proofs.ts';

let f: Fixture;
let host: ReturnType<Fixture['instance']>;

beforeEach(() => {
  f = new Fixture();
  host = f.instance();
});

function instance() {
  const { log, origin, limits } = f;
  const now = () => f.now;
  const view = new FeedView('all', {
    ...{ log, origin, limits, now, ring: DEFAULT_RING_LIMITS, marks: f.instance().marks },
    proofs: testProofs,
    routeFeedTurn: (_feed, _announced, caller) => host.turn(undefined, caller),
  });
  return { view, read: (request: PageRequest) => readPage(view, request, now) };
}

it('should not store anything for a feed without publications, but keep the epoch', async () => {
  const [first, second] = [instance(), instance()];
  const { epoch: firstEpoch } = await first.read({ kind: 'newest', limit: 50 });
  expect((await second.read({ kind: 'position' })).epoch).toBe(firstEpoch);
  expect(f.log.commits).toHaveLength(0);
  f.deposit(1, ['n1']);
  await host.turn(1);
  const position = { epoch: firstEpoch, offset: 0 };
  for (const { view, read } of [first, second, instance()]) {
    await view.compare();
    const page = await read({ kind: 'after', position });
    expect(page).toMatchObject({ epoch: firstEpoch, offset: 1, recovered: true });
  }
});

it('should return a later epoch after the store came back empty, even if the feed was only read', async () => {
  const { view, read } = instance();
  const { epoch: first } = await read({ kind: 'position' });
  f.now++;
  await f.log.rollBackTo(0);
  await view.compare();
  const position = { epoch: first, offset: 0 };
  const page = await instance().read({ kind: 'after', position });
  expect(page).toMatchObject({ recovered: false, offset: 0 });
  expect(isLaterEpoch(page.epoch, first)).toBe(true);
  expect((await read({ kind: 'position' })).epoch).toBe(page.epoch);
  expect(f.log.commits).toHaveLength(0);
});

it('should answer if the high-water mark is outdated but the host knows that the store was emptied', async () => {
  f.deposit(1, ['n1']);
  await host.turn(1);
  const { view, read } = instance();
  for (const event of f.events) view.receive(event);
  f.now++;
  await f.log.rollBackTo(0);
  const epoch = await f.origin.firstEpoch();
  host = f.instance();
  host.marks.raise('all', { epoch, offset: 0 });
  expect(await read({ kind: 'position' })).toMatchObject({ epoch, offset: 0 });
});
