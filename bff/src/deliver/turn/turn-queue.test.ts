import { expect, it } from 'vitest';
import { TurnQueue } from './turn-queue.ts';
import type { CallerHints } from '../load/load-head.ts';
import type { TurnResult } from './turn.ts';

/** Creates a queue whose turns the test commits and ends. */
function controlledQueue() {
  const turns: {
    name: string;
    caller: CallerHints;
    mayWrite: boolean;
    commit: () => void;
    end: (error?: Error) => void;
  }[] = [];
  const idle: number[] = [];
  const queue = new TurnQueue(
    (announced, caller, order) =>
      new Promise<TurnResult>((resolve, reject) => {
        const seq = announced?.seq ?? 0;
        const result: TurnResult = { outcome: 'delivered', position: { epoch: '1-a', offset: seq } };
        const turn = {
          ...{ name: `${announced?.run ?? 'none'} ${seq}`, caller, mayWrite: false },
          commit: order.committed,
          end: (error?: Error) => (error ? reject(error) : resolve(result)),
        };
        void order.before.then(() => (turn.mayWrite = true));
        turns.push(turn);
      }),
    () => void idle.push(turns.length),
  );
  return { queue, turns, idle, names: () => turns.map(({ name }) => name) };
}
const settle = () => new Promise((resolve) => setTimeout(resolve));
const a = (seq: number) => ({ run: 'a', seq });

it('should start a turn once the previous turn has committed, and let it write once that turn has ended', async () => {
  const { queue, turns, names } = controlledQueue();
  const first = queue.enqueue(a(1), {});
  const second = queue.enqueue(a(2), {});
  expect(names()).toEqual(['a 1']);
  turns[0]?.commit();
  await settle();
  expect(names()).toEqual(['a 1', 'a 2']);
  expect(turns[1]?.mayWrite).toBe(false);
  turns[0]?.end();
  await first;
  await settle();
  expect(turns[1]?.mayWrite).toBe(true);
  turns[1]?.end();
  expect((await second).position.offset).toBe(2);
});

it('should never run three turns at the same time', async () => {
  const { queue, turns, names } = controlledQueue();
  const all = [
    queue.enqueue(a(1), {}),
    queue.enqueue({ run: 'b', seq: 1 }, {}),
    queue.enqueue({ run: 'c', seq: 1 }, {}),
  ];
  turns[0]?.commit();
  await settle();
  expect(names()).toEqual(['a 1', 'b 1']);
  turns[0]?.end();
  await settle();
  expect(names()).toEqual(['a 1', 'b 1']);
  turns[1]?.end();
  await settle();
  turns[2]?.end();
  await Promise.all(all);
  expect(names()).toEqual(['a 1', 'b 1', 'c 1']);
});

it("should combine a run's waiting announcements and keep the callers' highest high-water mark", async () => {
  const { queue, turns, names } = controlledQueue();
  const first = queue.enqueue(a(1), {});
  const combined = [
    queue.enqueue(a(3), { heard: { epoch: '1-a', offset: 9 } }),
    queue.enqueue(a(2), { heard: { epoch: '1-a', offset: 4 } }),
  ];
  turns[0]?.end();
  await first;
  await settle();
  expect(names()).toEqual(['a 1', 'a 3']);
  expect(turns[1]?.caller).toEqual({ heard: { epoch: '1-a', offset: 9 } });
  turns[1]?.end();
  expect((await Promise.all(combined)).map(({ position }) => position.offset)).toEqual([3, 3]);
});

it('should run a separate turn for a call without an announcement or with a lost document', async () => {
  const { queue, turns, names } = controlledQueue();
  void queue.enqueue(a(1), {});
  void queue.enqueue(undefined, {});
  void queue.enqueue(a(2), { lostDocument: 'segment:x' });
  void queue.enqueue(a(3), {});
  for (let i = 0; i < 4; i++) {
    turns[i]?.end();
    await settle();
  }
  expect(names()).toEqual(['a 1', 'none 0', 'a 2', 'a 3']);
});

it('should continue after a failed turn, even if that turn had committed', async () => {
  const { queue, turns, idle, names } = controlledQueue();
  const first = queue.enqueue(a(1), {});
  const second = queue.enqueue(a(2), {});
  turns[0]?.commit();
  turns[0]?.end(new Error('unavailable'));
  await expect(first).rejects.toThrow('unavailable');
  await settle();
  expect(names()).toEqual(['a 1', 'a 2']);
  turns[1]?.end(new Error('still unavailable'));
  await expect(second).rejects.toThrow('still unavailable');
  await queue.settled();
  expect(idle).toEqual([2]);
});

it('should not let a turn write before all earlier turns have ended, even if one failed while reading', async () => {
  const { queue, turns, idle } = controlledQueue();
  const all = [1, 2].map((seq) => queue.enqueue({ run: `r${seq}`, seq }, {}));
  turns[0]?.commit();
  turns[1]?.end(new Error('cannot read'));
  await expect(all[1]).rejects.toThrow('cannot read');
  const third = queue.enqueue(a(3), {});
  await settle();
  expect(turns).toHaveLength(3);
  expect(turns[2]?.mayWrite).toBe(false);
  turns[0]?.end();
  await settle();
  expect(turns[2]?.mayWrite).toBe(true);
  turns[2]?.end();
  await Promise.all([all[0], third, queue.settled()]);
  expect(idle).toEqual([3]);
});
