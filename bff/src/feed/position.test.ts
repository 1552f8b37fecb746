import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highest, isHigher, isLaterEpoch, newEpoch, newErasedEpoch, wasErasedSince } from './position.ts';

const epoch = fc.tuple(fc.nat(3), fc.constantFrom('a', 'b')).map(([n, random]) => `${n}-${random}`);
const position = fc.record({ epoch, offset: fc.nat(3) });

describe('position order', () => {
  it('should be total: exactly one of two different positions is higher', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        const same = a.epoch === b.epoch && a.offset === b.offset;
        expect(Number(isHigher(a, b)) + Number(isHigher(b, a))).toBe(same ? 0 : 1);
      }),
    );
  });

  it('should be transitive', () => {
    fc.assert(
      fc.property(position, position, position, (a, b, c) => {
        if (isHigher(a, b) && isHigher(b, c)) expect(isHigher(a, c)).toBe(true);
      }),
    );
  });

  it('should compare n, then the random part, and the offset only within an epoch', () => {
    expect(isHigher({ epoch: '10-a', offset: 1 }, { epoch: '9-z', offset: 99 })).toBe(true);
    expect(isHigher({ epoch: '9-b', offset: 1 }, { epoch: '9-a', offset: 99 })).toBe(true);
    expect(isHigher({ epoch: '9-a', offset: 2 }, { epoch: '9-a', offset: 1 })).toBe(true);
  });

  it('should treat undefined as lower than every position', () => {
    expect(isHigher({ epoch: '0-a', offset: 0 }, undefined)).toBe(true);
    expect(isHigher(undefined, { epoch: '0-a', offset: 0 })).toBe(false);
    expect(highest(undefined, undefined)).toBeUndefined();
  });
});

describe('a new epoch', () => {
  it('should be later than all known epochs, even if the clock went back', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.array(epoch), (now, known) => {
        const created = newEpoch(now, ...known, undefined);
        for (const other of known) expect(isLaterEpoch(created, other)).toBe(true);
        expect(created.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('should show whether the feed was erased since an earlier epoch, even after later losses', () => {
    const before = newEpoch(1_000);
    const erased = newErasedEpoch(1_001, before);
    const lost = newEpoch(1_002, erased, before);
    const lostAgain = newEpoch(1_003, lost);
    for (const epoch of [erased, lost, lostAgain]) expect(wasErasedSince(before, epoch)).toBe(true);
    for (const epoch of [lost, lostAgain]) expect(wasErasedSince(erased, epoch)).toBe(false);
    expect(wasErasedSince(lost, lostAgain)).toBe(false);
    const erasedAgain = newErasedEpoch(1_004, lostAgain);
    for (const epoch of [before, erased, lostAgain]) expect(wasErasedSince(epoch, erasedAgain)).toBe(true);
    expect(wasErasedSince(newEpoch(1_000), newEpoch(1_001))).toBe(false);
  });

  it("should use the current time as the number if it's later than all known epochs", () => {
    expect(newEpoch(1_000, '5-a')).toMatch(/^1000-[0-9a-f]{8}$/);
  });
});
