import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { useFeeds, type Feeds } from '../support/processes/feeds.ts';
import { restartBffs } from '../support/processes/restart.ts';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { eventually, readHead } from '../support/state.ts';

/** Calls `trigger`, kills the first instance that reaches the step, and then restarts all instances. */
async function killAt(step: string, stack: Stack, trigger: () => Promise<unknown>): Promise<void> {
  await restartBffs(stack, { FAILPOINTS: `${step}=kill@1` });
  await trigger();
  await eventually(async () => stack.bffs.some(({ app }) => !app.running), 60_000);
  await restartBffs(stack);
}

const STEPS = ['committed', 'popped', 'broadcast'];
/** The tests mostly wait for Dapr to notice the kills, so they run concurrently on separate stacks. */
const stacks = new Map<string, { stack: Stack; feeds: Feeds }>();

beforeAll(async () => {
  for (const step of STEPS) {
    const stack = await startStack();
    stacks.set(step, { stack, feeds: await useFeeds(stack) });
  }
});
afterAll(async () => {
  for (const { stack, feeds } of stacks.values()) {
    await feeds.close();
    await stack.stop();
  }
});

describe.concurrent('a killed instance', () => {
  it.for(STEPS)(
    'should have its turn, retraction and erasure completed after being killed at the “%s” step',
    { timeout: 480_000 },
    async (step, { expect }) => {
      const { stack, feeds } = stacks.get(step) ?? expect.fail();
      const turn = 'topic:turn';
      const watchingTurn = await feeds.watch(turn);
      const check = new ClaimCheck(stack.producers[0] as Pair);
      const ids = [await check.deposit(turn, 1)];
      await killAt(step, stack, () => check.announce(turn, 1));
      expect((await readHead(stack.bffs[0] as Pair, turn))?.offset).toBe(1);
      await Promise.all(watchingTurn.map((observer) => observer.untilShown(ids, 60_000)));
      ids.push(await check.deposit(turn, 2));
      await check.announce(turn, 2);
      await Promise.all(watchingTurn.map((observer) => observer.untilShown(ids, 60_000)));
      for (const observer of watchingTurn) expect(observer.shown.map(({ id }) => id)).toEqual(ids);
      // An instance that reads the new head doesn't wait for the broadcast, and can show notifications before the
      // entry is claimed.
      await expect.poll(() => check.isUnclaimed(turn, 1)).toBe(false);

      const [feed, gone] = ['topic:retracted', 'topic:erased'];
      const watching = await feeds.watch(feed);
      await feeds.post(
        { id: 'a', feed, title: 'Retracted content' },
        { id: 'b', feed, title: 'b' },
        { id: 'c', feed: gone, title: 'Erased content' },
      );
      await Promise.all(watching.map((observer) => observer.untilShown(['a', 'b'], 60_000)));
      await feeds.untilServed(gone, ['c']);
      await killAt(step, stack, () => Promise.all([feeds.retract('a', feed), feeds.erase(gone)]));
      await feeds.untilGoneOnClients(watching, 'a retracted');
      await feeds.untilServed(feed, ['a retracted', 'b', 'a retracted']);
      await feeds.untilServed(gone, []);
      await feeds.untilNotStored('Retracted content');
      await feeds.untilNotStored('Erased content');
      await feeds.post({ id: 'd', feed, title: 'd' }, { id: 'd', feed: gone, title: 'd' });
      await Promise.all(watching.map((observer) => observer.untilShown(['d'], 60_000)));
      await feeds.untilServed(gone, ['d']);
    },
  );
});
