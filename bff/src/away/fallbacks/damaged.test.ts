import { awayDocumentSchema } from '@tocsin/contracts';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../testing/away/deployment.ts';
import type { SendResult } from '../channels/channel.ts';
import { decide, type ChannelRules } from './decide/decide.ts';
import { awayKey, hashOfReader, newAway } from './document.ts';
import { register } from './register.ts';
import { settle } from './send/settle.ts';

const START = Date.parse('2026-01-01T10:00:00Z');
beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

const KEY = awayKey(hashOfReader(READER));
const oldNotification = (id: string) => ({
  ...arrival(id),
  severity: 'error' as const,
  createdAt: '1969-11-01T00:00:00Z',
});

/** Creates a deployment with `value` stored as the reader's document. */
async function worldWith(value: object) {
  const shared = deployment();
  await shared.store.write(KEY, value, undefined);
  const stored = async () => (await shared.store.read(KEY))?.value;
  return { ...shared, fallbacks: shared.instance().fallbacks, stored };
}

const damaged = {
  ...newAway(READER),
  waiting: [
    { id: 'a', createdAt: '1969-11-01T00:00:00Z', steps: [{ via: 'email', unless: 'read', at: -1 }] },
  ],
};

describe('a notification from before 1970', () => {
  it('should get a fallback that is due immediately, and leave the document readable for later fallbacks', async () => {
    const { instance, titles } = deployment();
    const { fallbacks } = instance();
    await fallbacks.committed(itemsOf(oldNotification('a')));
    await fallbacks.committed(itemsOf(oldNotification('b')));
    const steps = (await fallbacks.stored(READER))?.waiting.map(({ id, steps: [step] }) => [id, step?.at]);
    expect(steps).toEqual([
      ['a', 0],
      ['b', 0],
    ]);
    await pass(1_000);
    expect(titles().flat().toSorted()).toEqual(['a', 'b']);
  });
});

describe('a damaged document', () => {
  it.each<[string, object]>([
    ['with a negative time', damaged],
    ['without a version', {}],
    ['with only a version', { v: 1 }],
    ['that is null', null as never],
  ])('should not stop a turn: a document %s', async (_, value) => {
    const { fallbacks, failed, stored } = await worldWith(value);
    await fallbacks.committed(itemsOf(arrival('b', after('PT5M'))));
    await fallbacks.erase({ feed: READER, ids: ['a'] });
    expect(failed).toEqual(['read-document', 'read-document']);
    expect(await stored()).toEqual(value);
  });

  it("should not keep other readers' fallbacks from being stored", async () => {
    const { fallbacks } = await worldWith(damaged);
    const other = { ...arrival('b', after('PT5M')), feed: 'user:bob' };
    await fallbacks.committed(
      new Map([
        ...itemsOf(arrival('c', after('PT5M'))),
        ['user:bob', [{ seq: 1, index: 0, item: other }]] as const,
      ]),
    );
    expect((await fallbacks.stored('user:bob'))?.waiting.map(({ id }) => id)).toEqual(['b']);
  });
});

describe('a document from a later version', () => {
  it('should make the turn fail, and stay unchanged for an instance of that version', async () => {
    const value = { ...damaged, v: 2 };
    const { fallbacks, failed, stored } = await worldWith(value);
    const registers = fallbacks.committed(itemsOf(arrival('b', after('PT5M'))));
    await expect(registers).rejects.toThrow(`this version cannot read ${KEY}`);
    await expect(fallbacks.erase({ feed: READER, ids: ['a'] })).rejects.toThrow('this version cannot read');
    expect([failed, await stored()]).toEqual([[], value]);
  });
});

it('should only write documents that it can read back, for any times from publishers and clocks', () => {
  const rules: ChannelRules = { windowMs: 0, perHour: 2, repeats: true };
  const time = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  const duration = fc.integer({ min: 1, max: 2_592_000 }).map((seconds) => `PT${seconds}S`);
  const via = fc.constantFrom('email', 'push', 'gone');
  const fallback = fc.array(fc.record({ after: duration, via }), { minLength: 1, maxLength: 5 });
  const published = fc.array(fc.tuple(time, fallback), { minLength: 1, maxLength: 6 });
  const result = fc.constantFrom<SendResult>(
    { outcome: 'sent' },
    { outcome: 'unavailable', reason: 'x'.repeat(300) },
    { outcome: 'unknown', reason: 'lost' },
    { outcome: 'refused', reason: 'no' },
  );
  const now = fc.integer({ min: START, max: 2 * START });
  const rounds = fc.array(fc.tuple(published, now, result), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rounds, (all) => {
      let document = newAway(READER);
      const writeAndRead = (next: typeof document) => {
        document = awayDocumentSchema.parse(JSON.parse(JSON.stringify(next)));
      };
      for (const [round, [added, at, sendResult]] of all.entries()) {
        const registered = added.map(([createdAt, steps], index) => ({
          notification: { ...arrival(`n${round}-${index}`), createdAt: createdAt.toISOString() },
          fallback: steps,
        }));
        writeAndRead(register(document, registered, at));
        const decision = decide(document, {
          ...{ now: at, woken: at, reaches: (name) => name !== 'push', isFull: () => false },
          rulesOf: (name) => (name === 'gone' ? undefined : rules),
          standingOf: () => ({ isOpen: true, isSeen: false, notification: arrival('n') }),
          mayInterrupt: () => ({ interrupt: true }),
          newKey: () => `key-${round}`,
        });
        writeAndRead(decision.document);
        for (const message of decision.messages)
          writeAndRead(settle(document, message, sendResult, rules, at));
      }
    }),
  );
});
