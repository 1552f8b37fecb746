import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notification, testProducer } from '../testing/test-producer.ts';
import { Backlog } from './backlog.ts';

/** One entry is announced each tick; entry number n in the nth. */
const TICK_MS = 125;
let isThere: (seq: number) => boolean;
let looked: number;
let changes: boolean[];
let backlog: Backlog;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [isThere, looked, changes] = [() => false, 0, []];
  backlog = new Backlog({
    entries: {
      isThere: async ({ seq }) => {
        looked++;
        return isThere(seq);
      },
    },
    now: () => Date.now(),
    onChange: () => void changes.push(backlog.isBehind),
  });
});
afterEach(() => {
  backlog.stop();
  vi.useRealTimers();
});

const tick = () => vi.advanceTimersByTimeAsync(TICK_MS);

/** Announces one entry in each of so many ticks. */
async function announce(ticks: number): Promise<void> {
  for (let i = 0; i < ticks; i++) {
    backlog.note({ run: 'P0000001', feed: 'all', seq: Date.now() / TICK_MS + 1 });
    await tick();
  }
}
const now = () => Date.now() / TICK_MS + 1;

describe('the feeds', () => {
  it('should not be behind while entries are claimed in time, and be asked for each entry once', async () => {
    isThere = (seq) => seq > now() - 2;
    await announce(100);
    expect(changes).toEqual([]);
    expect(looked).toBeGreaterThan(90);
    expect(looked).toBeLessThanOrEqual(100);
  });

  it('should be behind when more than a second waits though entries are claimed, until they have caught up', async () => {
    isThere = (seq) => seq > now() / 2;
    await announce(40);
    expect(changes).toEqual([true]);
    isThere = (seq) => seq > 38;
    for (let i = 0; i < 12; i++) await tick();
    expect(changes).toEqual([true, false]);
  });

  it('should not be behind while nobody claims anything, and be when somebody is back', async () => {
    isThere = (seq) => seq > 20;
    await announce(200);
    expect(changes).toEqual([]);
    isThere = (seq) => seq > 100;
    await announce(2);
    expect(changes).toEqual([true]);
  });

  it('should not be behind because of a few that wait for something else', async () => {
    isThere = (seq) => seq > 20 && seq <= 24;
    await announce(100);
    expect(changes).toEqual([]);
  });

  it('should be given more when they do not catch up, and forgotten when nothing comes any more', async () => {
    isThere = (seq) => seq > now() / 2;
    await announce(40);
    isThere = () => true;
    await announce(40);
    expect(changes).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('should not be behind because nothing can be looked for', async () => {
    await announce(20);
    isThere = () => {
      throw new Error('away');
    };
    await announce(60);
    expect(changes).toEqual([]);
  });
});

describe('a producer whose feeds are behind', () => {
  const produceUntilHeldBack = async (behind: (feed: string, seq: number) => boolean) => {
    const { producer, backend } = testProducer();
    backend.isWaiting = ({ feed, seq }) => behind(feed, seq);
    const outcomes: Promise<string>[] = [];
    for (let i = 0; i < 60 && !producer.isHeldBack; i++) {
      outcomes.push(producer.produce([notification(`n${i}`)]));
      await tick();
    }
    expect(producer.isHeldBack).toBe(true);
    return { producer, backend, outcomes };
  };

  it('should begin nothing until they have caught up, and accept all of it then', async () => {
    let isOver = false;
    const { producer, backend, outcomes } = await produceUntilHeldBack(
      (_feed, seq) => !isOver && seq > Date.now() / TICK_MS / 2,
    );
    const before = backend.deposited.length;
    const held = ['a', 'b'].map((id) => producer.produce([notification(id)]));
    await tick();
    expect(backend.deposited).toHaveLength(before);
    isOver = true;
    for (let i = 0; i < 4; i++) await tick();
    expect(await Promise.all(held)).toEqual(['accepted', 'accepted']);
    expect(backend.deposited).toHaveLength(before + 1);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['accepted']));
  });

  it('should finish what it has when it is stopped', async () => {
    const { producer } = await produceUntilHeldBack((_feed, seq) => seq > Date.now() / TICK_MS / 2);
    const last = producer.produce([notification('last')]);
    const stopped = producer.stop(8_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(await last).toBe('accepted');
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
  });
});
