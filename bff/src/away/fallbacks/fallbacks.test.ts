import type { Arrival } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../testing/away/deployment.ts';
import { hashOfReader } from './document.ts';
import { MAX_WAITING } from './register.ts';

const START = new Date('2026-01-01T10:00:00Z').getTime();
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

describe('a fallback', () => {
  it("should be sent on time if the reader hasn't read the notification", async () => {
    const { instance, titles, outcomes } = deployment();
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5M'))));
    await pass(5 * 60_000 - 200);
    expect(titles()).toEqual([]);
    await pass(400);
    expect([titles(), outcomes()]).toEqual([[['a']], [['a', 'sent']]]);
    await pass(60 * 60_000);
    expect(titles()).toHaveLength(1);
  });

  it.each(['read', 'archived', 'snoozed', 'retracted', 'replaced', 'expired'])(
    'should not be sent if the notification is %s by then',
    async (reason) => {
      const { instance, titles, outcomes, standings } = deployment();
      await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5M'))));
      standings.set('a', reason);
      await pass(6 * 60_000);
      expect([titles(), outcomes()]).toEqual([[], [['a', 'suppressed', reason]]]);
    },
  );

  it('should be sent for a seen notification unless the fallback excludes seen notifications', async () => {
    const { instance, titles, standings } = deployment();
    const items = itemsOf(arrival('a', after('PT5M', 'seen')), arrival('b', after('PT5M')));
    await instance().fallbacks.committed(items);
    standings.set('a', 'seen');
    standings.set('b', 'seen');
    await pass(6 * 60_000);
    expect(titles()).toEqual([['b']]);
  });

  it("should come from the policy if the notification doesn't define any", async () => {
    const { instance, titles } = deployment();
    await instance().fallbacks.committed(itemsOf({ ...arrival('a'), severity: 'error' }, arrival('b')));
    await pass(2 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should be stored and sent only once if the turn is repeated before or after the send', async () => {
    const { instance, titles } = deployment();
    const [one, other] = [instance(), instance()];
    const items = itemsOf(arrival('a', after('PT5S')));
    for (const { fallbacks } of [one, other, one]) await fallbacks.committed(items);
    await pass(6_000);
    await other.fallbacks.committed(items);
    await pass(60_000);
    expect(titles()).toEqual([['a']]);
  });

  it("should get a wake-up from a repeated turn if the first turn couldn't set it", async () => {
    const { instance, titles } = deployment();
    const { fallbacks, set } = instance();
    const items = itemsOf(arrival('a', after('PT5S')));
    set.mockRejectedValueOnce(new Error('down'));
    await expect(fallbacks.committed(items)).rejects.toThrow('down');
    await fallbacks.committed(items);
    await pass(6_000);
    expect(titles()).toEqual([['a']]);
  });

  it("should rely on an earlier fallback's wake-up unless setting that wake-up failed", async () => {
    const { instance, titles } = deployment();
    const { fallbacks, set } = instance();
    await fallbacks.committed(itemsOf(arrival('a', after('PT5M'))));
    await fallbacks.committed(itemsOf(arrival('b', after('PT10M'))));
    expect(set).toHaveBeenCalledTimes(1);
    set.mockRejectedValueOnce(new Error('down'));
    const items = [arrival('c', after('PT1M')), arrival('d', after('PT2M'))] as const;
    await expect(fallbacks.committed(itemsOf(items[0]))).rejects.toThrow('down');
    await fallbacks.committed(itemsOf(...items));
    await pass(3 * 60_000);
    expect(titles()).toEqual([['c'], ['d']]);
    await pass(10 * 60_000);
    expect(titles()).toEqual([['c'], ['d'], ['a'], ['b']]);
  });

  it('should be sent if the claim succeeded but the response was lost', async () => {
    const { instance, store, titles, outcomes } = deployment();
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    const write = store.write.bind(store);
    vi.spyOn(store, 'write').mockImplementationOnce(async (...args) => {
      await write(...args);
      throw new Error('no response');
    });
    await pass(6_000);
    expect([titles(), outcomes()]).toEqual([[['a']], [['a', 'sent']]]);
  });

  it('should be counted once if the outcome was stored but the response was lost', async () => {
    const { instance, store, outcomes } = deployment();
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    const [read, write] = [store.read.bind(store), store.write.bind(store)];
    vi.spyOn(store, 'write')
      .mockImplementationOnce(write)
      .mockImplementationOnce(async (...args) => {
        await write(...args);
        vi.spyOn(store, 'read').mockRejectedValueOnce(new Error('no response')).mockImplementation(read);
        throw new Error('no response');
      });
    await pass(60_000);
    expect(outcomes()).toEqual([['a', 'sent']]);
  });

  it('should not read marks or preferences if the reader has no address', async () => {
    const { instance, contacts, inputsRead, outcomes } = deployment();
    delete contacts.email;
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(6_000);
    expect([inputsRead, outcomes().length]).toEqual([[], 1]);
  });

  it("should end with a reason if the channel doesn't exist or the reader has no address for it", async () => {
    const { instance, outcomes, contacts } = deployment();
    delete contacts.email;
    const items = itemsOf(arrival('a', after('PT5S')), arrival('b', [{ after: 'PT5S', via: 'fax' }]));
    await instance().fallbacks.committed(items);
    await pass(6_000);
    expect(outcomes()).toEqual([
      ['a', 'suppressed', 'the reader has no address for this channel'],
      ['b', 'refused', 'there is no fax channel'],
    ]);
  });

  it('should be refused and get a receipt once too many notifications are waiting', async () => {
    const { instance, outcomes, titles } = deployment();
    const many = Array.from({ length: MAX_WAITING + 1 }, (_, n) => arrival(`n${n}`, after('PT5S')));
    await instance().fallbacks.committed(itemsOf(...many));
    expect(outcomes()).toEqual([[`n${MAX_WAITING}`, 'refused', expect.stringContaining('waiting')]]);
    await pass(6_000);
    expect(titles()[0]).toHaveLength(20);
  });
});

describe('fallbacks that are due together', () => {
  it('should be sent as one message, newest first, without notifications that have been read', async () => {
    const { instance, titles, standings } = deployment({ windowMs: 60_000 });
    const { fallbacks } = instance();
    for (const id of ['a', 'b', 'c']) {
      await fallbacks.committed(itemsOf(arrival(id, after('PT5M'))));
      await pass(10_000);
    }
    standings.set('b', 'read');
    await pass(10 * 60_000);
    expect(titles()).toEqual([['c', 'a']]);
  });

  it('should be sent as one message that shows 20 notifications and counts the rest', async () => {
    const { instance, sent } = deployment();
    const many = Array.from({ length: 50 }, (_, n) => arrival(`n${n}`, after('PT5S')));
    await instance().fallbacks.committed(itemsOf(...many));
    await pass(6_000);
    expect(sent.map(({ notifications, more }) => [notifications.length, more])).toEqual([[20, 30]]);
  });

  it("should respect the channel's hourly limit and send the rest later as one message", async () => {
    const { instance, titles } = deployment({ perHour: 2 });
    const { fallbacks } = instance();
    for (const id of ['a', 'b', 'c', 'd']) {
      await fallbacks.committed(itemsOf(arrival(id, after('PT1S'))));
      await pass(2_000);
    }
    expect(titles()).toEqual([['a'], ['b']]);
    await pass(60 * 60_000);
    expect(titles()).toEqual([['a'], ['b'], ['d', 'c']]);
  });
});

it('should send a fallback only once if multiple instances wake up at the same time', async () => {
  const { instance, sent } = deployment();
  const instances = [instance(), instance(), instance()];
  await instances[0]?.fallbacks.committed(itemsOf(arrival('a', after('PT1H'))));
  vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
  await Promise.all(
    instances.map(({ fallbacks }) => fallbacks.wake(`away:${hashOfReader(READER)}:${Date.now()}`)),
  );
  await pass(1_000);
  expect(sent).toHaveLength(1);
});

it('should remove retracted content and record a receipt, and remove all content of an erased feed', async () => {
  const { instance, store, outcomes, titles } = deployment();
  const { fallbacks } = instance();
  await fallbacks.committed(itemsOf(arrival('a', after('PT5M')), arrival('b', after('PT5M'))));
  await fallbacks.erase({ feed: READER, ids: ['a'] });
  const stored = JSON.stringify((await store.read(`away:${hashOfReader(READER)}`))?.value);
  expect(stored).not.toContain('"title":"a"');
  expect(outcomes()).toEqual([['a', 'suppressed', 'retracted']]);
  await fallbacks.erase({ feed: READER });
  expect(await fallbacks.stored(READER)).toBeUndefined();
  await pass(10 * 60_000);
  expect(titles()).toEqual([]);
});

it.each(['retraction', 'replacement'])(
  'should send a fallback after the %s of another notification, even if a killed process stored both fallbacks but set no wake-up',
  async (change) => {
    const { instance, titles } = deployment();
    const [killed, other] = [instance(), instance()];
    killed.set.mockRejectedValue(new Error('killed'));
    const key = { collapseKey: 'order-1' };
    const [a, b] = [arrival('a', after('PT5M')), { ...arrival('b', after('PT5M')), ...key }];
    const place = (item: Arrival, offset: number) => ({ item, position: { epoch: '1-a', offset } });
    const stored = killed.fallbacks.committed(new Map([[READER, [place(a, 1), place(b, 2)]]]));
    await expect(stored).rejects.toThrow('killed');
    await (change === 'retraction'
      ? other.fallbacks.erase({ feed: READER, ids: ['b'] })
      : other.fallbacks.committed(new Map([[READER, [place({ ...arrival('c'), ...key }, 3)]]])));
    await pass(6 * 60_000);
    expect(titles()).toEqual([['a']]);
  },
);

it("should not let a decision in progress restore an erased feed's document", async () => {
  const { instance, readMarksAfter } = deployment();
  const { fallbacks } = instance();
  await fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
  readMarksAfter(pause(8_000));
  await pass(6_000);
  const erased = fallbacks.erase({ feed: READER });
  await pass(10_000);
  await erased;
  expect(await fallbacks.stored(READER)).toBeUndefined();
});

it('should let a turn finish while a decision waits for that turn, and then send the fallback', async () => {
  const { instance, readMarksAfter, titles } = deployment();
  const { fallbacks } = instance();
  await fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
  const turn = pause(6_000).then(() => fallbacks.committed(itemsOf(arrival('b', after('PT1H')))));
  readMarksAfter(turn);
  await pass(30_000);
  expect(titles()).toEqual([['a']]);
});

it('should reject unknown wake-up names, but accept wake-ups for readers without fallbacks', async () => {
  const { fallbacks } = deployment().instance();
  expect(await fallbacks.wake('backup')).toBe(false);
  expect(await fallbacks.wake(`away:${hashOfReader(READER)}:${Date.now()}`)).toBe(true);
});
