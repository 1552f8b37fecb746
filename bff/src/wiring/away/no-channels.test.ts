import type { Logger } from '@tocsin/service';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { awayKey, hashOfReader, newAway } from '../../away/fallbacks/document.ts';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { storedWithoutChannels } from './no-channels.ts';

const READER = 'user:ada';
const KEY = awayKey(hashOfReader(READER));
const RETRACTED = { feed: READER, ids: ['a'] };

const waiting = (at: number) => ({
  ...newAway(READER),
  waiting: [{ id: 'a', createdAt: '2026-01-01T10:00:00Z', steps: [{ via: 'email', unless: 'read', at }] }],
});

let store: MemoryReaderStore;
const warn = vi.fn();
beforeEach(() => {
  store = new MemoryReaderStore();
  warn.mockClear();
});

const fallbacks = (publishesReceipts = false) =>
  storedWithoutChannels({ store, now: Date.now, log: { warn } as unknown as Logger, publishesReceipts })
    .fallbacks;
const stored = async () => (await store.read(KEY))?.value;

it('should remove a retracted notification from the fallbacks', async () => {
  await store.write(KEY, waiting(0), undefined);
  await fallbacks().erase(RETRACTED);
  expect(await stored()).toMatchObject({ waiting: [] });
  expect(warn).not.toHaveBeenCalled();
});

it.each([
  [true, [expect.objectContaining({ id: 'a', unpublished: true })]],
  [false, [expect.not.objectContaining({ unpublished: true })]],
])(
  'should mark the receipt of a retraction for publishing only if RECEIPTS_TOPIC is on: %s',
  async (on, receipts) => {
    await store.write(KEY, waiting(0), undefined);
    await fallbacks(on).erase(RETRACTED);
    expect(await stored()).toMatchObject({ receipts });
  },
);

describe('a damaged document', () => {
  const damaged = waiting(-1);
  beforeEach(() => store.write(KEY, damaged, undefined));

  it("should be reported along with the key, but not stop a retraction's turn", async () => {
    await fallbacks().erase(RETRACTED);
    const message = expect.stringMatching(`^${KEY} is damaged`) as string;
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      { err: expect.objectContaining({ message }) as Error },
      'retracted content stays in damaged fallbacks; delete this document from the state store',
    );
    expect(await stored()).toEqual(damaged);
  });

  it('should be deleted when the feed is erased', async () => {
    await fallbacks().erase({ feed: READER });
    expect(await stored()).toBeUndefined();
  });

  it("should be identified in an export's error", async () => {
    await expect(fallbacks().stored(READER)).rejects.toThrow(`${KEY} is damaged`);
  });
});

it("should leave a later version's document unchanged, and reject so that an instance of that version can retry", async () => {
  const later = { ...waiting(0), v: 2 };
  await store.write(KEY, later, undefined);
  await expect(fallbacks().erase(RETRACTED)).rejects.toThrow(`this version cannot read ${KEY}`);
  expect([await stored(), warn.mock.calls]).toEqual([later, []]);
});
