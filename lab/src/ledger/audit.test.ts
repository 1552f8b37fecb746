import { describe, expect, it } from 'vitest';
import { audit, isClean, isCleanExceptReportedLoss, longestPause, type ObserverRecord } from './audit.ts';

const shown = (...offsets: number[]) =>
  offsets.map((offset) => ({ id: `n${offset}`, epoch: 'e', offset, at: offset * 100 }));
const at = (offset: number) => ({ epoch: 'e', offset });
const observer = (offsets: number[], gaps: ObserverRecord['gaps'] = []): ObserverRecord => ({
  name: 'one',
  shown: shown(...offsets),
  gaps,
});

describe('audit', () => {
  it('should report no errors if every notification was shown once and in order', () => {
    expect(isClean(audit(observer([1, 2, 3]), ['n1', 'n2', 'n3']))).toBe(true);
  });

  it('should not report removed publications as skipped', () => {
    const isGone = (_epoch: string, offset: number) => offset === 2 || offset === 3;
    expect(audit(observer([1, 4, 6]), [], isGone).skipped).toEqual(['5 to 5']);
  });

  it('should report acknowledged notifications that were never shown', () => {
    const result = audit(observer([1, 2]), ['n1', 'n2', 'n3']);
    expect(result.lost).toEqual(['n3']);
    expect(isClean(result)).toBe(false);
  });

  it('should tolerate a lost notification only if the client reported a gap, but never a duplicate', () => {
    const gaps = [{ from: at(2), to: at(3) }] as unknown as ObserverRecord['gaps'];
    expect(isCleanExceptReportedLoss(audit(observer([1, 2]), ['n1', 'n2', 'n3']))).toBe(false);
    expect(isCleanExceptReportedLoss(audit(observer([1, 2], gaps), ['n1', 'n2', 'n3']))).toBe(true);
    const twice = { ...observer([1, 2], gaps), shown: [...shown(1, 2), ...shown(2)] };
    expect(isCleanExceptReportedLoss(audit(twice, ['n1', 'n2']))).toBe(false);
  });

  it('should report notifications shown twice', () => {
    const twice = {
      ...observer([1, 2]),
      shown: [...shown(1, 2), { id: 'n1', epoch: 'e', offset: 3, at: 0 }],
    };
    expect(audit(twice, ['n1', 'n2']).duplicated).toEqual(['n1']);
  });

  it('should report notifications shown out of order', () => {
    expect(audit(observer([1, 3, 2]), []).outOfOrder).toEqual(['n2 at 2 after 3']);
  });

  it('should report skipped offsets without a gap event', () => {
    const gaps = [{ from: at(1), to: at(4), erased: false }];
    expect(audit(observer([1, 4], gaps), []).skipped).toEqual([]);
    expect(audit(observer([1, 4, 6], gaps), []).skipped).toEqual(['5 to 5']);
  });
});

describe('longestPause', () => {
  it('should include the pauses before the first and after the last delivery', () => {
    expect(longestPause([observer([1, 2, 7])], 0, 900)).toBe(500);
    expect(longestPause([observer([1])], 0, 900)).toBe(800);
    expect(longestPause([observer([9])], 0, 950)).toBe(900);
  });
});
