import { expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';
import type { FeedTurnTaker, TurnResult } from '../turn/turn.ts';

/** Creates a fake `routeFeedTurn` whose calls the test settles. */
function controlledTurnTaker() {
  const calls: { feed: string; run: string; seq: number; end: (error?: Error) => void }[] = [];
  const routeFeedTurn: FeedTurnTaker = (feed, announced) =>
    new Promise<TurnResult>((resolve, reject) => {
      const { run, seq } = announced ?? { run: '', seq: 0 };
      const result: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: seq } };
      calls.push({ feed, run, seq, end: (error) => (error ? reject(error) : resolve(result)) });
    });
  return { calls, routeFeedTurn: coalesce(routeFeedTurn) };
}
const settle = () => new Promise((resolve) => setTimeout(resolve));

it('should call immediately if no call is running', () => {
  const { calls, routeFeedTurn } = controlledTurnTaker();
  void routeFeedTurn('all', { run: 'a', seq: 1 }, {});
  expect(calls).toHaveLength(1);
});

it("should combine a run's waiting announcements into a single call with the highest number", async () => {
  const { calls, routeFeedTurn } = controlledTurnTaker();
  const first = routeFeedTurn('all', { run: 'a', seq: 1 }, {});
  const waiting = [3, 2, 4].map((seq) => routeFeedTurn('all', { run: 'a', seq }, {}));
  calls[0]?.end();
  await first;
  await settle();
  expect(calls.map(({ seq }) => seq)).toEqual([1, 4]);
  calls[1]?.end();
  expect((await Promise.all(waiting)).map(({ position }) => position.offset)).toEqual([4, 4, 4]);
});

it('should not combine announcements in a run if the numbers are far apart', async () => {
  const { calls, routeFeedTurn } = controlledTurnTaker();
  void routeFeedTurn('all', { run: 'a', seq: 1 }, {});
  for (const seq of [Number.MAX_SAFE_INTEGER, 2, 1_002, 1_003])
    void routeFeedTurn('all', { run: 'a', seq }, {});
  for (let call = 0; call < 4; call++) {
    calls[call]?.end();
    await settle();
  }
  expect(calls.map(({ seq }) => seq)).toEqual([1, Number.MAX_SAFE_INTEGER, 1_002, 1_003]);
});

it('should make one call at a time per feed, each for a single run, but parallel calls for other feeds', async () => {
  const { calls, routeFeedTurn } = controlledTurnTaker();
  void routeFeedTurn('all', { run: 'a', seq: 1 }, {});
  void routeFeedTurn('all', { run: 'b', seq: 7 }, {});
  void routeFeedTurn('user:1', { run: 'a', seq: 1 }, {});
  expect(calls.map(({ feed }) => feed)).toEqual(['all', 'user:1']);
  calls[0]?.end();
  await settle();
  expect(calls.at(-1)).toMatchObject({ feed: 'all', run: 'b', seq: 7 });
});

it("should reject all of a failed call's announcements and continue with the next call", async () => {
  const { calls, routeFeedTurn } = controlledTurnTaker();
  const first = routeFeedTurn('all', { run: 'a', seq: 1 }, {});
  const waiting = [2, 3].map((seq) => routeFeedTurn('all', { run: 'a', seq }, {}));
  calls[0]?.end(new Error('unavailable'));
  await expect(first).rejects.toThrow('unavailable');
  await settle();
  calls[1]?.end(new Error('still unavailable'));
  for (const call of waiting) await expect(call).rejects.toThrow('still unavailable');
  void routeFeedTurn('all', { run: 'a', seq: 4 }, {});
  expect(calls).toHaveLength(3);
});
