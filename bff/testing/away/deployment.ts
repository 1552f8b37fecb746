import type { Arrival, Fallback, Preferences, PublishedPosition } from '@tocsin/contracts';
import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { vi } from 'vitest';
import type { AwayMessage, Channel, Contacts, SendResult } from '../../src/away/channels/channel.ts';
import type { ChannelRules, Standing } from '../../src/away/fallbacks/decide/decide.ts';
import type { Receipt, Waiting } from '../../src/away/fallbacks/document.ts';
import { Fallbacks } from '../../src/away/fallbacks/fallbacks.ts';
import type { PublishReceipt } from '../../src/away/fallbacks/receipts/publish-receipts.ts';
import { MemoryReaderStore } from '../../src/memory/reader-store.ts';
import { MemoryWakeUps } from '../../src/memory/wake-ups.ts';

export const READER = 'user:ada';

const RULES: ChannelRules = { windowMs: 0, perHour: 100, repeats: false };

/**
 * Creates an in-memory deployment. Its instances share a store, marks and a channel. The channel is `real` or, by
 * default, a fake with preset results.
 */
export function deployment(rules: Partial<ChannelRules> = {}, real?: Channel) {
  const store = new MemoryReaderStore();
  const standings = new Map<string, string>();
  /** Positions in the history, keyed by notification id. */
  const positions = new Map<string, PublishedPosition>();
  /** Ids of the notifications whose positions were looked up. */
  const lookedUpIds: string[] = [];
  const contacts: Contacts = { email: { address: 'ada@example.com' }, push: [] };
  let preferences: Preferences = DEFAULT_PREFERENCES;
  let marksAreReadable: Promise<unknown> = Promise.resolve();
  const sent: AwayMessage[] = [];
  const receipts: Receipt[] = [];
  const presetResults: (SendResult | 'never')[] = [];
  /** Endpoints of devices that the contacts were told to forget. */
  const forgotten: string[] = [];
  /** Names of the steps reported as failed. */
  const failed: string[] = [];
  /** Labels of the inputs that were read to decide on fallbacks, in order, such as `preferences`. */
  const inputsRead: string[] = [];
  /** Creates an instance. Its clock is `skew` ms ahead of the scheduler's. */
  const instance = (publishReceipt?: PublishReceipt, skew: number | (() => number) = 0) => {
    const skewMs = typeof skew === 'number' ? () => skew : skew;
    const wakeUps = new MemoryWakeUps((name) => fallbacks.wake(name));
    const set = vi.spyOn(wakeUps, 'set');
    const channel: Channel = real ?? {
      name: 'email',
      repeatable: false,
      reaches: ({ email }) => email !== undefined,
      send: (message): Promise<SendResult> => {
        sent.push(message);
        const result = presetResults.shift() ?? { outcome: 'sent' as const };
        return result === 'never' ? new Promise(() => undefined) : Promise.resolve(result);
      },
    };
    const fallbacks: Fallbacks = new Fallbacks({
      ...{ store, wakeUps, publishReceipt },
      channels: new Map([['email', { channel, rules: { ...RULES, ...rules } }]]),
      policy: ({ severity }) => (severity === 'error' ? [{ after: 'PT1M', via: 'email' }] : []),
      standingsOf: async (_reader, waiting) => {
        inputsRead.push(...waiting.map(({ id }) => `standing of ${id}`));
        await marksAreReadable;
        return (waitingFallbacks) => standingOf(waitingFallbacks, standings);
      },
      positionsOf: async (_reader, added) => {
        lookedUpIds.push(...added.map(({ notification: { id } }) => id));
        return new Map(
          added.flatMap((addition) => {
            const position = positions.get(addition.notification.id);
            return position ? [[addition, position] as const] : [];
          }),
        );
      },
      preferencesOf: async () => {
        inputsRead.push('preferences');
        return preferences;
      },
      contacts: {
        findByHash: async () => ({ ...contacts, language: 'en' }),
        forgetDevices: async (_reader, endpoints) => void forgotten.push(...endpoints),
      },
      linksOf: () => ({ inbox: '', unsubscribe: '', open: () => '' }),
      observer: {
        registered: () => undefined,
        ended: (ended) => receipts.push(...ended),
        unavailable: () => undefined,
        failed: (step) => void failed.push(step),
      },
      onStep: async () => undefined,
      now: () => Date.now() + skewMs(),
    });
    return { fallbacks, set };
  };
  return {
    ...{
      store,
      standings,
      contacts,
      sent,
      receipts,
      presetResults,
      forgotten,
      inputsRead,
      failed,
      instance,
    },
    ...{ positions, lookedUpIds },
    /** Makes decisions wait for `event` before they read the reader's marks. */
    readMarksAfter: (event: Promise<unknown>): void => {
      marksAreReadable = event;
    },
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

export const arrival = (id: string, fallback?: Fallback[]): Arrival => ({
  ...{ id, feed: READER, severity: 'info', title: id, createdAt: new Date(Date.now()).toISOString() },
  ...(fallback && { fallback }),
});
export const itemsOf = (...items: Arrival[]) =>
  new Map([[READER, items.map((item, index) => ({ seq: 1, index, item }))]]);
export const after = (duration: string, unless?: 'seen'): Fallback[] => [
  { after: duration, via: 'email', ...(unless && { unless }) },
];
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
