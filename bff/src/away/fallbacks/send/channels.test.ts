import type { QuietHours } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import type { SendResult } from '../../channels/channel.ts';
import { MAX_SHOWN, SEND_TIME_MS } from '../decide/decide.ts';
import { hashOfReader } from '../document.ts';

const START = new Date('2026-01-01T10:00:00Z').getTime();
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const EMAIL = { name: 'email', repeatable: false, reaches: () => true };

describe('quiet hours', () => {
  const quietHours: QuietHours = {
    ...{ from: '22:00', to: '07:00', timeZone: 'Europe/Berlin', allow: ['error'] },
  };

  it('should hold back fallbacks until the quiet hours end, even when daylight saving time begins', async () => {
    // On 29 March 2026, Berlin skips 02:00 to 03:00, so 07:00 is 05:00 UTC.
    vi.setSystemTime(new Date('2026-03-28T21:30:00Z'));
    const { instance, titles, prefer } = deployment();
    prefer({ quietHours });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5M'))));
    await pass(7 * 60 * 60_000 + 29 * 60_000);
    expect([new Date(Date.now()).toISOString(), titles()]).toEqual(['2026-03-29T04:59:00.000Z', []]);
    await pass(2 * 60_000);
    expect(titles()).toEqual([['a']]);
  });

  it('should be computed once for all fallbacks that are due together', async () => {
    vi.setSystemTime(new Date('2026-01-01T23:00:00Z'));
    const { instance, titles, prefer } = deployment();
    const timeZone = vi.fn(() => quietHours.timeZone);
    prefer({ quietHours: Object.defineProperty({ ...quietHours }, 'timeZone', { get: timeZone }) });
    const due = Array.from({ length: 100 }, (_, n) => arrival(`n${n}`, after('PT5S')));
    await instance().fallbacks.committed(itemsOf(...due));
    await pass(10_000);
    expect(titles()).toEqual([]);
    expect(timeZone.mock.calls.length).toBeLessThan(10);
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

  it('should not apply to a muted source; its fallbacks end immediately', async () => {
    const { instance, outcomes, prefer } = deployment();
    prefer({ sources: ['shop'] });
    await instance().fallbacks.committed(itemsOf({ ...arrival('a', after('PT5S')), source: 'shop' }));
    await pass(6_000);
    expect(outcomes()).toEqual([['a', 'suppressed', 'muted']]);
  });
});

describe('a channel', () => {
  it('should be retried until available, unless the notification has been read', async () => {
    const { instance, presetResults, sent, outcomes, standings } = deployment();
    presetResults.push(
      ...Array.from({ length: 4 }, () => ({ outcome: 'unavailable' as const, reason: 'down' })),
    );
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

  it('should keep all stored content while unavailable, even for notifications that the message only counts', async () => {
    const { instance, presetResults } = deployment();
    presetResults.push({ outcome: 'unavailable', reason: 'down' });
    const { fallbacks } = instance();
    const ids = Array.from({ length: MAX_SHOWN + 5 }, (_, n) => `n${n}`);
    await fallbacks.committed(itemsOf(...ids.map((id) => arrival(id, after('PT5S')))));
    await pass(6_000);
    const waiting = (await fallbacks.stored(READER))?.waiting ?? [];
    expect(waiting.map(({ notification }) => notification?.title)).toEqual(ids);
  });

  it('should get the remaining notifications in a retry if all those shown in the message were retracted', async () => {
    const { instance, presetResults, titles } = deployment({ repeats: true });
    presetResults.push({ outcome: 'unknown', reason: '500' });
    const { fallbacks } = instance();
    const ids = Array.from({ length: MAX_SHOWN + 1 }, (_, n) => `n${n}`);
    await fallbacks.committed(itemsOf(...ids.map((id) => arrival(id, after('PT5S')))));
    await pass(6_000);
    const shown = ids.slice(0, MAX_SHOWN);
    await fallbacks.erase({ feed: READER, ids: shown });
    await pass(60_000);
    expect(titles()).toEqual([shown, ids.slice(MAX_SHOWN)]);
  });

  it('should not be retried for notifications that were retracted during a send that then failed', async () => {
    let resolveSend: (result: SendResult) => void = () => undefined;
    const send = vi.fn(() => new Promise<SendResult>((resolve) => (resolveSend = resolve)));
    const { instance, outcomes } = deployment({}, { ...EMAIL, send });
    const { fallbacks } = instance();
    await fallbacks.committed(itemsOf(arrival('a', after('PT5S')), arrival('b', after('PT5S'))));
    await pass(6_000);
    await fallbacks.erase({ feed: READER, ids: ['a'] });
    resolveSend({ outcome: 'unavailable', reason: 'busy' });
    await pass(1_000);
    expect(outcomes()).toEqual([['a', 'suppressed', 'retracted']]);
    expect((await fallbacks.stored(READER))?.waiting).toMatchObject([{ id: 'b' }]);
  });

  it('should not be retried after three days of failures', async () => {
    const { instance, presetResults, outcomes } = deployment();
    presetResults.push(
      ...Array.from({ length: 1_000 }, () => ({ outcome: 'unavailable' as const, reason: 'down' })),
    );
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(4 * 24 * 60 * 60_000);
    expect(outcomes()).toEqual([['a', 'refused', 'gave up: down']]);
  });

  it('should be retried even for a fallback that waited longer than three days', async () => {
    const { instance, presetResults, titles } = deployment();
    presetResults.push({ outcome: 'unavailable', reason: 'down' });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('P7D'))));
    await pass(7 * 24 * 60 * 60_000 + 10_000);
    expect(titles()).toEqual([['a'], ['a']]);
  });

  it.each([
    [true, ['a', 'a'], [['a', 'sent']]],
    [false, ['a'], [['a', 'unknown', 'connection lost']]],
  ])(
    'should only be retried after an unknown outcome if it ignores repeats (%s)',
    async (repeats, ids, expected) => {
      const { instance, presetResults, sent, outcomes } = deployment({ repeats });
      presetResults.push({ outcome: 'unknown', reason: 'connection lost' });
      await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
      await pass(60_000);
      expect(sent.map(({ notifications: [one] }) => one?.id)).toEqual(ids);
      expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
      expect(outcomes()).toEqual(expected);
    },
  );

  it('should not get retracted content in a retry after an unknown outcome', async () => {
    const { instance, presetResults, sent, titles, outcomes, store } = deployment({ repeats: true });
    const unknown = { outcome: 'unknown' as const, reason: '500' };
    presetResults.push(unknown, unknown);
    const { fallbacks } = instance();
    const items = ['a', 'b'].map((id) => ({ ...arrival(id, after('PT5S')), sourceHash: 'f'.repeat(16) }));
    await fallbacks.committed(itemsOf(...items));
    await pass(6_000);
    // The id that a CloudEvent gets in the feed if the original id is taken.
    await fallbacks.erase({ feed: READER, ids: ['a.ffffffff'] });
    expect(JSON.stringify((await store.read(`away:${hashOfReader(READER)}`))?.value)).not.toContain(
      '"title":"a"',
    );
    await pass(6_000);
    await fallbacks.erase({ feed: READER, ids: ['b'] });
    await pass(60 * 60_000);
    expect(titles()).toEqual([['a', 'b'], ['b']]);
    expect(sent[1]?.more).toBe(0);
    const reason = 'retracted before the channel replied';
    expect(outcomes()).toEqual(['a', 'b'].map((id) => [id, 'unknown', reason]));
  });

  it('should not be retried after an unknown outcome once the notification has been read', async () => {
    const { instance, presetResults, sent, outcomes, standings } = deployment({ repeats: true });
    presetResults.push({ outcome: 'unknown', reason: '500' });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(6_000);
    standings.set('a', 'read');
    await pass(60_000);
    expect(sent).toHaveLength(1);
    expect(outcomes()).toEqual([['a', 'suppressed', 'read; an earlier attempt may have arrived']]);
  });

  it('should be retried for three days with increasing delays if the outcome is unknown', async () => {
    const { instance, presetResults, sent, outcomes, receipts } = deployment({ repeats: true });
    presetResults.push(
      ...Array.from({ length: 1_000 }, () => ({ outcome: 'unknown' as const, reason: '500' })),
    );
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(60 * 60_000);
    expect(sent.length).toBeLessThan(15);
    await pass(5 * 24 * 60 * 60_000);
    expect(outcomes()).toEqual([['a', 'unknown', expect.any(String)]]);
    const days = ((receipts[0]?.at ?? 0) - START) / (24 * 60 * 60_000);
    expect(days).toBeGreaterThan(3);
    expect(days).toBeLessThan(3.02);
  });

  it('should end a fallback that it refuses, and forget devices that are gone', async () => {
    const { instance, presetResults, outcomes, forgotten } = deployment();
    presetResults.push({ outcome: 'refused', reason: 'no mailbox', gone: ['https://push.example/1'] });
    await instance().fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(60_000);
    expect([outcomes(), forgotten]).toEqual([[['a', 'refused', 'no mailbox']], ['https://push.example/1']]);
  });
});

describe('a message from a killed sender', () => {
  it.each([
    [true, ['a', 'a'], [['a', 'sent']]],
    [false, ['a'], [['a', 'unknown', 'the instance stopped before the channel replied']]],
  ])(
    'should be taken over after the deadline, but only resent if the channel ignores repeats (%s)',
    async (repeats, ids, expected) => {
      const { instance, presetResults, sent, outcomes } = deployment({ repeats });
      const [killed, other] = [instance(), instance()];
      presetResults.push('never');
      await killed.fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
      await pass(SEND_TIME_MS);
      expect([sent.length, outcomes()]).toEqual([1, []]);
      await pass(10_000);
      await other.fallbacks.wake(`away:${hashOfReader(READER)}:${Date.now()}`);
      await pass(1_000);
      expect(sent.map(({ notifications: [one] }) => one?.id)).toEqual(ids);
      expect(outcomes()).toEqual(expected);
    },
  );

  it('should not be sent by another instance that wakes up before the deadline', async () => {
    const { instance, presetResults, sent } = deployment({ repeats: true });
    const [slow, other] = [instance(), instance()];
    presetResults.push('never');
    await slow.fallbacks.committed(itemsOf(arrival('a', after('PT5S'))));
    await pass(6_000);
    await other.fallbacks.wake(`away:${hashOfReader(READER)}:${Date.now()}`);
    expect(sent).toHaveLength(1);
  });
});
