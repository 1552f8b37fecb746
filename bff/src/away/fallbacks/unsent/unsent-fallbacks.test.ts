import { AWAY_UNSENT_KEY } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import { KEY, REFUSED, listOf, deploymentWithUnsent } from '../../../../testing/away/refused.ts';
import type { SendResult } from '../../channels/channel.ts';
import { hashOfReader } from '../document.ts';
import { MAX_WAITING } from '../register.ts';

const UNKNOWN: SendResult = { outcome: 'unknown', reason: 'no response' };

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') }));
afterEach(() => void vi.useRealTimers());

describe('a fallback that was not sent', () => {
  it('should be listed by every instance, with the reason', async () => {
    const { instance, receipts } = await deploymentWithUnsent(['a', 'b'], [REFUSED, UNKNOWN]);
    const common = { reader: READER, via: 'email' };
    expect(await listOf(instance().fallbacks)).toEqual([
      { ...common, id: 'b', outcome: 'unknown', reason: 'no response', ...timesOf('b') },
      { ...common, id: 'a', outcome: 'refused', reason: 'no such user', ...timesOf('a') },
    ]);
    function timesOf(id: string) {
      const { createdAt = '', at = 0 } = receipts.find((receipt) => receipt.id === id) ?? {};
      return { createdAt, at: new Date(at).toISOString() };
    }
  });

  it.each(['there is no such channel', 'too many are waiting'])('should be listed if %s', async (reason) => {
    const { instance } = deployment();
    const { fallbacks } = instance();
    const fax = [arrival('a', [{ after: 'PT1S', via: 'fax' }])];
    const many = Array.from({ length: MAX_WAITING + 1 }, (_, n) => arrival(`n${n}`, after('PT1H')));
    await fallbacks.committed(itemsOf(...(reason === 'there is no such channel' ? fax : many)));
    await pass(2_000);
    expect(await listOf(fallbacks)).toMatchObject([{ outcome: 'refused' }]);
  });

  it('should add the reader to the list before the receipt is stored', async () => {
    const { instance, store, presetResults } = deployment();
    presetResults.push(REFUSED);
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT1S'))));
    const write = vi.spyOn(store, 'write');
    await pass(2_000);
    const keys = write.mock.calls.map(([key]) => key);
    expect(keys).toEqual([KEY, AWAY_UNSENT_KEY, KEY]);
  });

  it('should be listed if the process is killed before storing the receipt', async () => {
    const { instance, store, presetResults } = deployment();
    presetResults.push(REFUSED);
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT1S'))));
    const write = store.write.bind(store);
    vi.spyOn(store, 'write').mockImplementation((...args) =>
      JSON.stringify(args[1]).includes('no such user') ? new Promise(() => undefined) : write(...args),
    );
    await pass(60_000);
    const other = instance();
    expect(await listOf(other.fallbacks)).toEqual([]);
    await other.fallbacks.wake(`away:${hashOfReader(READER)}:${Date.now()}`);
    expect(await listOf(other.fallbacks)).toMatchObject([{ id: 'a', outcome: 'unknown' }]);
  });

  it("should not delay turns, and should delay sends by at most 3 s, while the list can't be written", async () => {
    const { instance, store, presetResults, sent, outcomes } = deployment();
    const { fallbacks } = instance();
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementation((key) =>
      key === AWAY_UNSENT_KEY ? new Promise(() => undefined) : read(key),
    );
    presetResults.push(REFUSED);
    const many = Array.from({ length: MAX_WAITING + 1 }, (_, n) => arrival(`n${n}`, after('PT1H')));
    await fallbacks.committed(itemsOf(...many));
    await fallbacks.erase({ feed: READER, ids: many.map(({ id }) => id) });
    await fallbacks.committed(itemsOf(arrival('a', after('PT1S')), arrival('b', after('PT6S'))));
    await pass(1_500);
    expect([sent.length, outcomes().at(-1)?.[0]]).toEqual([1, expect.stringMatching(/^n/)]);
    await pass(3_000);
    expect(outcomes().at(-1)).toEqual(['a', 'refused', 'no such user']);
    await pass(5_000);
    expect(outcomes().at(-1)).toEqual(['b', 'sent']);
  });

  it('should not delay turns for the same reader while the receipt waits for the list to be written', async () => {
    const { instance, store, presetResults, sent } = deployment();
    const { fallbacks } = instance();
    const read = store.read.bind(store);
    vi.spyOn(store, 'read').mockImplementation((key) =>
      key === AWAY_UNSENT_KEY ? new Promise(() => undefined) : read(key),
    );
    presetResults.push(REFUSED);
    await fallbacks.committed(itemsOf(arrival('a', after('PT1S'))));
    await pass(1_500);
    expect(sent).toHaveLength(1);
    let isCommitted = false;
    void fallbacks.committed(itemsOf(arrival('b', after('PT1H')))).then(() => (isCommitted = true));
    await pass(500);
    expect(isCommitted).toBe(true);
  });

  it('should be listed later if writing the list failed at first', async () => {
    const { instance, store, presetResults, failed } = deployment();
    const { fallbacks } = instance();
    const write = store.write.bind(store);
    const spy = vi.spyOn(store, 'write').mockImplementation(async (...args) => {
      if (args[0] === AWAY_UNSENT_KEY) throw new Error('down');
      return write(...args);
    });
    presetResults.push(REFUSED);
    await fallbacks.committed(itemsOf(arrival('a', after('PT1S'))));
    await pass(1_500);
    expect([await listOf(fallbacks), failed]).toEqual([[], ['list-unsent']]);
    spy.mockRestore();
    await pass(5_000);
    expect(await listOf(fallbacks)).toHaveLength(1);
  });

  it('should be listed even if another instance has just erased the reader', async () => {
    const { instance, fallbacks, presetResults } = await deploymentWithUnsent(['a']);
    await instance().fallbacks.erase({ feed: READER });
    presetResults.push(REFUSED);
    await fallbacks.committed(itemsOf(arrival('b', after('PT1S'))));
    await pass(3_000);
    expect(await listOf(fallbacks)).toMatchObject([{ id: 'b' }]);
  });

  it("should not restore a reader's document if the reader is erased while the list is being written", async () => {
    const { instance, store, presetResults, sent } = deployment();
    presetResults.push(REFUSED);
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT1S'))));
    const write = store.write.bind(store);
    vi.spyOn(store, 'write').mockImplementation(async (...args) => {
      if (args[0] === AWAY_UNSENT_KEY) await pause(2_000);
      return write(...args);
    });
    await pass(1_500);
    expect(sent).toHaveLength(1);
    await instance().fallbacks.erase({ feed: READER });
    await pass(60_000);
    expect(await store.read(KEY)).toBeUndefined();
  });

  it("should leave the list when the reader is erased, and leave no trace of the reader's name", async () => {
    const { fallbacks, store } = await deploymentWithUnsent(['a']);
    await fallbacks.erase({ feed: READER });
    expect(await listOf(fallbacks)).toEqual([]);
    expect(await store.read(KEY)).toBeUndefined();
    expect((await store.read(AWAY_UNSENT_KEY))?.value).toEqual({ v: 1, readers: [] });
  });
});
