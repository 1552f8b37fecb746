import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WaitingRoom } from './waiting-room.ts';

function setUp(slots: number, perGroup = slots) {
  const clock = { now: 0 };
  const evicted: string[] = [];
  const evict = (item: string) => evicted.push(item);
  const room = new WaitingRoom<string>({ slots, perGroup, evict, now: () => clock.now });
  return { clock, evicted, room };
}

describe('a full waiting room', () => {
  it("should give the largest group's oldest slot to a smaller group", () => {
    const { room, evicted } = setUp(4);
    for (const item of ['a1', 'a2', 'a3']) room.enter(item, 'a', false);
    room.enter('b1', 'b', false);
    expect(room.enter('c1', 'c', false)).toBe(true);
    expect(evicted).toEqual(['a1']);
    expect([room.size, room.leave('a1'), room.leave('a2')]).toEqual([4, false, true]);
  });

  it("should refuse an item in the largest group until the grace period of the group's oldest item has ended", () => {
    const { room, evicted, clock } = setUp(2);
    room.enter('a1', 'a', false);
    room.enter('a2', 'a', false);
    clock.now = 249;
    expect([room.hasSlotFor('a', false), room.enter('a3', 'a', false)]).toEqual([false, false]);
    clock.now = 250;
    expect([room.enter('a3', 'a', false), evicted, room.size]).toEqual([true, ['a1'], 2]);
  });

  it('should not let new items in many groups evict each other within the grace period', () => {
    const { room, evicted, clock } = setUp(2);
    room.enter('a', 'a', false);
    room.enter('b', 'b', false);
    expect(room.enter('c', 'c', false)).toBe(false);
    clock.now = 250;
    expect([room.enter('c', 'c', false), evicted]).toEqual([true, ['a']]);
  });
});

it('should limit the size of a group unless its items are exempt', () => {
  const { room, clock, evicted } = setUp(10, 2);
  room.enter('a1', 'a', false);
  room.enter('a2', 'a', false);
  expect(room.enter('a3', 'a', false)).toBe(false);
  expect(room.enter('b1', 'b', false)).toBe(true);
  for (const item of ['x1', 'x2', 'x3']) expect(room.enter(item, 'x', true)).toBe(true);
  clock.now = 250;
  expect([room.enter('a3', 'a', false), evicted]).toEqual([true, ['a1']]);
});

it('should never exceed the number of slots, and always evict from the largest group', () => {
  const step = fc.record({ item: fc.nat(15), group: fc.nat(4), leaves: fc.boolean(), wait: fc.nat(200) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const clock = { now: 0 };
      const groupByItem = new Map<number, string>();
      const evict = (item: number) => {
        const sizes = new Map<string, number>();
        for (const group of groupByItem.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
        expect(sizes.get(groupByItem.get(item) ?? '')).toBe(Math.max(...sizes.values()));
        groupByItem.delete(item);
      };
      const room = new WaitingRoom<number>({ slots: 5, perGroup: 5, evict, now: () => clock.now });
      for (const { item, group, leaves, wait } of steps) {
        clock.now += wait;
        groupByItem.delete(item);
        if (leaves) room.leave(item);
        else if (room.enter(item, `g${group}`, false)) groupByItem.set(item, `g${group}`);
        expect(room.size).toBe(groupByItem.size);
        expect(room.size).toBeLessThanOrEqual(5);
      }
    }),
  );
});
