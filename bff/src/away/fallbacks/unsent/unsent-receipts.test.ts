import { expect, it } from 'vitest';
import { AWAY_TTL_SECONDS, newAway, type Receipt } from '../document.ts';
import { MAX_RECEIPTS, dropOldReceipts } from './unsent-receipts.ts';

const receipt = (n: number, outcome: Receipt['outcome'], members: Partial<Receipt> = {}): Receipt => ({
  ...{ id: `n${n}`, createdAt: '2026-01-01T00:00:00Z', via: 'email', outcome },
  ...{ at: AWAY_TTL_SECONDS * 1000 + n, ...members },
});
const many = (count: number, first: number, outcome: Receipt['outcome']) =>
  Array.from({ length: count }, (_, n) => receipt(first + n, outcome));
const keptIds = (receipts: Receipt[]) =>
  dropOldReceipts({ ...newAway('user:ada'), receipts }).receipts.map(({ id }) => id);

it('should keep unsent receipts when newer receipts displace the oldest', () => {
  const ids = keptIds([receipt(0, 'refused'), receipt(1, 'sent'), ...many(MAX_RECEIPTS, 2, 'sent')]);
  expect(ids).toHaveLength(MAX_RECEIPTS);
  expect(ids.slice(0, 2)).toEqual(['n0', 'n3']);
});

it('should keep only 200 unsent receipts, to leave room for other receipts', () => {
  const ids = keptIds([...many(MAX_RECEIPTS, 0, 'unknown'), ...many(900, MAX_RECEIPTS, 'sent')]);
  expect(ids).toHaveLength(MAX_RECEIPTS);
  expect(ids.slice(0, 201)).toEqual(
    [...many(200, 800, 'unknown'), receipt(1_100, 'sent')].map(({ id }) => id),
  );
});

it('should keep up to 5,000 unpublished receipts, and no others if these alone exceed the limit', () => {
  const unpublished = many(5_001, 1, 'sent').map((one) => ({ ...one, unpublished: true as const }));
  const ids = keptIds([receipt(0, 'sent'), ...unpublished]);
  expect([ids.length, ids[0]]).toEqual([5_000, 'n2']);
});

it('should drop unsent receipts that are closed or too old', () => {
  const old = receipt(0, 'refused', { at: 1 });
  const dismissed = receipt(1, 'refused', { closed: 'dismissed' });
  const ids = keptIds([old, dismissed, ...many(MAX_RECEIPTS, 2, 'sent')]);
  expect([ids.length, ids[0]]).toEqual([MAX_RECEIPTS, 'n2']);
});
