import type { Arrival, Fallback, Preferences, QuietHours } from '@tocsin/contracts';
import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { MemoryWakeUps } from '../../memory/wake-ups.ts';
import type { AwayMessage, Contacts, SendResult } from '../channels/channel.ts';
import { SEND_TIME_MS, type ChannelRules, type Standing } from './decide.ts';
import { hashOfReader, type Receipt, type Waiting } from './document.ts';
import { Fallbacks } from './fallbacks.ts';
import { MAX_WAITING } from './register.ts';

const START = new Date('2026-01-01T10:00:00Z').getTime();
const READER = 'user:ada';
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const RULES: ChannelRules = { windowMs: 0, perHour: 100, repeats: false };

/** The store and marks that all instances share, and one channel whose answers the test sets. */
function deployment(rules: Partial<ChannelRules> = {}) {
  const store = new MemoryReaderStore();
  const standings = new Map<string, string>();
  const contacts: Contacts = { email: { address: 'ada@example.com' }, push: [] };
  let preferences: Preferences = DEFAULT_PREFERENCES;
  const sent: AwayMessage[] = [];
  const receipts: Receipt[] = [];
  const answers: (SendResult | 'never')[] = [];
  const forgotten: string[] = [];
  const instance = () => {
    const wakeUps = new MemoryWakeUps((name) => fallbacks.wake(name));
    const set = vi.spyOn(wakeUps, 'set');
    const channel = {
      name: 'email',
      repeatable: false,
      reaches: ({ email }: Contacts) => email !== undefined,
      send: (message: AwayMessage): Promise<SendResult> => {
        sent.push(message);
        const answer = answers.shift() ?? { outcome: 'sent' as const };
        return answer === 'never' ? new Promise(() => undefined) : Promise.resolve(answer);
      },
    };
    const fallbacks: Fallbacks = new Fallbacks({
      ...{ store, wakeUps },
      channels: new Map([['email', { channel, rules: { ...RULES, ...rules } }]]),
      policy: ({ severity }) => (severity === 'error' ? [{ after: 'PT1M', via: 'email' }] : []),
      standingsOf: async () => (one: Waiting) => standingOf(one, standings),
      preferencesOf: async () => preferences,
      contacts: {
        of: async () => ({ ...contacts, language: 'en' }),
        forgetDevices: async (_reader, endpoints) => void forgotten.push(...endpoints),
      },
      linksOf: async () => ({ inbox: '', unsubscribe: '', open: () => '' }),
      observer: {
        registered: () => undefined,
        ended: (ended) => receipts.push(...ended),
        unavailable: () => undefined,
        failed: () => undefined,
      },
      now: () => Date.now(),
    });
    return { fallbacks, set };
  };
  return {
    ...{ store, standings, contacts, sent, receipts, answers, forgotten, instance },
    prefer: (changed: Partial<Preferences>) => (preferences = { ...preferences, ...changed }),
    titles: () => sent.map(({ notifications }) => notifications.map(({ title }) => title)),
    outcomes: () => receipts.map(({ id, outcome, reason }) => [id, outcome, ...(reason ? [reason] : [])]),
  };
}

function standingOf({ id, notification }: Waiting, standings: ReadonlyMap<string, string>): Standing {
  const reason = standings.get(id);
  if (reason !== undefined && reason !== 'seen') return { isOpen: false, reason };
  return {
    isOpen: true,
    isSeen: reason === 'seen',
    notification: notification ?? { ...arrival(id), title: `${id} from the feed` },
  };
}

const arrival = (id: string, fallback?: Fallback[]): Arrival => ({
  ...{ id, feed: READER, severity: 'info', title: id, createdAt: new Date(Date.now()).toISOString() },
  ...(fallback && { fallback }),
});
const itemsOf = (...items: Arrival[]) =>
  new Map([[READER, items.map((item, index) => ({ seq: 1, index, item }))]]);
const after = (duration: string, unless?: 'seen'): Fallback[] => [
  { after: duration, via: 'email', ...(unless && { unless }) },
];
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a fallback', () => {
  it('should be sent at its time if the reader has not read the notification', async () => {
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

  it('should be sent for a seen notification unless it says so', async () => {
    const { instance, titles, standings } = deployment();
    const items = itemsOf(arrival('a', after('PT5M', 'seen')), arrival('b', after('PT5M')));
    await instance().fallbacks.committed(items);
    standings.set('a', 'seen');
    standings.set('b', 'seen');
    await pass(6 * 60_000);
    expect(titles()).toEqual([['b']]);
  });

  it('should come from the policy if the notification has none of its own', async () => {
    const { instance, titles } = deployment();
    await instance().fallbacks.committed(itemsOf({ ...arrival('a'), severity: 'error' }, arrival('b')));
    await pass(2 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should be stored once, and be sent once, even if its turn is repeated at any time', async () => {
    const { instance, titles } = deployment();
    const [one, other] = [instance(), instance()];
    const items = itemsOf(arrival('a', after('PT5S')));
    for (const { fallbacks } of [one, other, one]) await fallbacks.committed(items);
    await pass(6_000);
    await other.fallbacks.committed(items);
    await pass(60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should get its wake-up from a repeated turn if the first one could not store it', async () => {
    const { instance, titles } = deployment();
    const { fallbacks, set } = instance();
    const items = itemsOf(arrival('a', after('PT5S')));
    set.mockRejectedValueOnce(new Error('away'));
    await expect(fallbacks.committed(items)).rejects.toThrow('away');
    await fallbacks.committed(items);
    await pass(6_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should end with the reason if the channel or the address does not exist', async () => {
    const { instance, outcomes, contacts } = deployment();
    delete contacts.email;
    const items = itemsOf(arrival('a', after('PT5S')), arrival('b', [{ after: 'PT5S', via: 'fax' }]));
    await instance().fallbacks.committed(items);
    await pass(6_000);
    expect(outcomes()).toEqual([
      ['a', 'suppressed', 'the reader has no address for this channel'],
      ['b', 'refused', 'there is no channel fax'],
    ]);
  });

  it('should be refused, with a receipt, beyond the limit of waiting notifications', async () => {
    const { instance, outcomes, titles } = deployment();
    const many = Array.from({ length: MAX_WAITING + 1 }, (_, n) => arrival(`n${n}`, after('PT5S')));
    await instance().fallbacks.committed(itemsOf(...many));
    expect(outcomes()).toEqual([[`n${MAX_WAITING}`, 'refused', expect.stringContaining('already wait')]]);
    await pass(6_000);
    expect(titles()[0]).toHaveLength(20);
  });
});

describe('fallbacks that are due together', () => {
  it('should leave as one message, newest first, without those that were read meanwhile', async () => {
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

  it('should show 20 and count the others', async () => {
    const { instance, sent } = deployment();
    const many = Array.from({ length: 50 }, (_, n) => arrival(`n${n}`, after('PT5S')));
    await instance().fallbacks.committed(itemsOf(...many));
    await pass(6_000);
    expect(sent.map(({ notifications, more }) => [notifications.length, more])).toEqual([[20, 30]]);
  });

  it('should respect the rate of the channel, and send the rest as one message later', async () => {
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

describe('quiet hours', () => {
  const quietHours: QuietHours = {
    ...{ from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', allow: ['error'] },
  };

  it('should hold fallbacks back until their end, also across a change of daylight saving time', async () => {
    // In the night to 29 March 2026, Berlin skips 02:00 to 03:00: 07:00 is 05:00 UTC.
    vi.setSystemTime(new Date('2026-03-28T21:30:00Z'));
    const { instance, titles, prefer } = deployment();
    prefer({ quietHours });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5M'))));
    await pass(7 * 60 * 60_000 + 29 * 60_000);
    expect([new Date(Date.now()).toISOString(), titles()]).toEqual(['2026-03-29T04:59:00.000Z', []]);
    await pass(2 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should not hold back the severities that the reader allows', async () => {
    vi.setSystemTime(new Date('2026-01-01T23:00:00Z'));
    const { instance, titles, prefer } = deployment();
    prefer({ quietHours });
    await instance().fallbacks.committed(
      itemsOf({ ...arrival('a', after('PT5S')), severity: 'error' }, arrival('b', after('PT5S'))),
    );
    await pass(10_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should not be needed to mute a source', async () => {
    const { instance, outcomes, prefer } = deployment();
    prefer({ sources: ['shop'] });
    await instance().fallbacks.committed(itemsOf({ ...arrival('a', after('PT5S')), source: 'shop' }));
    await pass(6_000);
    expect(outcomes()).toEqual([['a', 'suppressed', 'muted']]);
  });
});

describe('a channel', () => {
  it('should be tried again until it is available, unless the notification was read meanwhile', async () => {
    const { instance, answers, sent, outcomes, standings } = deployment();
    answers.push(...Array.from({ length: 4 }, () => ({ outcome: 'unavailable' as const, reason: 'down' })));
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S')), arrival('b', after('PT5S'))));
    await pass(10_000);
    standings.set('b', 'read');
    await pass(3 * 60_000);
    expect(sent).toHaveLength(5);
    expect(sent.at(-1)?.notifications.map(({ id }) => id)).toEqual(['a']);
    expect(outcomes()).toEqual([
      ['b', 'suppressed', 'read'],
      ['a', 'sent'],
    ]);
  });

  it('should give up after three days', async () => {
    const { instance, answers, outcomes } = deployment();
    answers.push(
      ...Array.from({ length: 1_000 }, () => ({ outcome: 'unavailable' as const, reason: 'down' })),
    );
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(4 * 24 * 60 * 60_000);
    expect(outcomes()).toEqual([['a', 'refused', 'gave up: down']]);
  });

  it.each([
    [true, ['a', 'a'], [['a', 'sent']]],
    [false, ['a'], [['a', 'unknown', 'broke']]],
  ])('with an unknown outcome should send again (%s) with the same key', async (repeats, ids, expected) => {
    const { instance, answers, sent, outcomes } = deployment({ repeats });
    answers.push({ outcome: 'unknown', reason: 'broke' });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(60_000);
    expect(sent.map(({ notifications: [one] }) => one?.id)).toEqual(ids);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
    expect(outcomes()).toEqual(expected);
  });

  it('should end a fallback that it refuses, and forget devices that are gone', async () => {
    const { instance, answers, outcomes, forgotten } = deployment();
    answers.push({ outcome: 'refused', reason: 'no mailbox', gone: ['https://push.example/1'] });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(60_000);
    expect([outcomes(), forgotten]).toEqual([[['a', 'refused', 'no mailbox']], ['https://push.example/1']]);
  });
});

describe('a message whose sender was killed', () => {
  it.each([
    [true, ['a', 'a'], [['a', 'sent']]],
    [false, ['a'], [['a', 'unknown', 'the sender stopped before the channel answered']]],
  ])('should be taken over after its time, if the channel repeats (%s)', async (repeats, ids, expected) => {
    const { instance, answers, sent, outcomes } = deployment({ repeats });
    const [killed, other] = [instance(), instance()];
    answers.push('never');
    await killed.fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(SEND_TIME_MS);
    expect([sent.length, outcomes()]).toEqual([1, []]);
    await pass(10_000);
    await other.fallbacks.wake(`away:${hashOfReader(READER)}:1`);
    await pass(1_000);
    expect(sent.map(({ notifications: [one] }) => one?.id)).toEqual(ids);
    expect(outcomes()).toEqual(expected);
  });

  it('should not be sent by an instance that wakes up meanwhile', async () => {
    const { instance, answers, sent } = deployment({ repeats: true });
    const [slow, other] = [instance(), instance()];
    answers.push('never');
    await slow.fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(6_000);
    await other.fallbacks.wake(`away:${hashOfReader(READER)}:1`);
    expect(sent).toHaveLength(1);
  });
});

it('should let one of several instances send, when all wake up at the same time', async () => {
  const { instance, sent } = deployment();
  const instances = [instance(), instance(), instance()];
  await instances[0]?.fallbacks.committed(itemsOf(arrival('a', after('PT1H'))));
  vi.setSystemTime(Date.now() + 2 * 60 * 60_000);
  await Promise.all(instances.map(({ fallbacks }) => fallbacks.wake(`away:${hashOfReader(READER)}:1`)));
  await pass(1_000);
  expect(sent).toHaveLength(1);
});

it('should remove retracted content with a receipt, and everything of an erased feed', async () => {
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

it('should reject unknown names of wake-ups, and accept those of readers without fallbacks', async () => {
  const { fallbacks } = deployment().instance();
  expect(await fallbacks.wake('backup')).toBe(false);
  expect(await fallbacks.wake(`away:${hashOfReader(READER)}:1`)).toBe(true);
});
