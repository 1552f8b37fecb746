import type { Arrival, Publication } from '@tocsin/contracts';
import { standingsOf } from '../../src/away/fallbacks/decide/standings.ts';
import { waitingPositions } from '../../src/away/fallbacks/positions.ts';
import { MemoryBroadcaster } from '../../src/memory/broadcaster.ts';
import { DocumentLedger } from '../../src/readers/documents/document-ledger.ts';
import { Inboxes } from '../../src/readers/inbox/inboxes.ts';
import { Histories } from '../../src/readers/marks/histories.ts';
import { ReadStates } from '../../src/readers/marks/read-states.ts';
import type { WaitingPosition } from '../../src/readers/ports.ts';
import { READER, after, arrival, deployment } from './deployment.ts';

export type MovingFeed = Awaited<ReturnType<typeof movingFeed>>;

/** Creates a reader with notifications `n1` to `n6`. Notification `n3` has a fallback. */
export async function movingFeed({
  hasChannels = true,
  ...first
}: { hasChannels?: boolean; unless?: 'seen' } = {}) {
  const { instance, store } = deployment();
  const { fallbacks } = instance();
  const channel = new MemoryBroadcaster();
  const feed = { epoch: '1-a', head: 6, floor: 1, replaced: new Map<number, Publication>() };
  const now = () => Date.now();
  const created = new Date().toISOString();
  const item = (id: string): Arrival => ({ ...arrival(id), createdAt: created });
  const prefix = () => (feed.epoch === '1-a' ? 'n' : 'x');
  const publication = (offset: number): Publication =>
    feed.replaced.get(offset) ?? { offset, notification: item(`${prefix()}${offset}`) };
  const position = async () => ({ epoch: feed.epoch, offset: feed.head });
  const histories = new Histories({
    now,
    view: () => ({
      ...{ knownPosition: position, currentPosition: position, compare: async () => undefined },
      floor: async () => feed.floor,
      readRange: async (from, to) => {
        if (from < feed.floor) throw new Error('outside the history');
        return Array.from({ length: to - from + 1 }, (_, i) => publication(from + i));
      },
    }),
  });
  const lookups: string[] = [];
  const unreadable: unknown[] = [];
  const options = {
    ...{ store, channel, histories, now, ledger: new DocumentLedger({ store, max: 100, now }) },
    waitingPositions: hasChannels
      ? (reader: string): Promise<readonly WaitingPosition[]> => {
          lookups.push(reader);
          return waitingPositions(reader, { store, onUnreadable: (error) => void unreadable.push(error) });
        }
      : undefined,
  };
  const states = new ReadStates({ ...options, ttlSecondsOf: () => 1e6 });
  const inboxes = new Inboxes({ ...options, marksMsOf: () => 1e9 });
  const who = { reader: READER, owner: READER };
  const publish = (id: string, offset: number, more: { unless?: 'seen' } = {}) =>
    fallbacks.committed(
      new Map([
        [
          READER,
          [
            {
              item: { ...item(id), fallback: after('P1D', more.unless) },
              position: { epoch: '1-a', offset },
            },
          ],
        ],
      ]),
    );
  await publish('n3', 3, first);
  return {
    ...{ store, feed, publish, item, lookups, unreadable, states, inboxes, histories },
    read: async (mark: { epoch?: string; offset?: number; ids?: string[] }) => {
      await states.mark(READER, { feed: READER, ...mark });
      await inboxes.read(who, { feed: READER, ...mark });
    },
    unread: (...ids: string[]) => inboxes.unread(who, { feed: READER, ids }),
    archive: (mark: { epoch?: string; offset?: number; ids?: string[] }) =>
      inboxes.archive(who, { feed: READER, ...mark }),
    unarchive: (...ids: string[]) => inboxes.unarchive(who, { feed: READER, ids }),
    snooze: (...ids: string[]) => inboxes.snooze(who, { feed: READER, ids, until: '2026-02-01T00:00:00Z' }),
    unsnooze: (...ids: string[]) => inboxes.unsnooze(who, { feed: READER, ids }),
    seen: (epoch: string, offset: number) => inboxes.seen(who, { feed: READER, epoch, offset }),
    /** Moves the history forward so that it only contains offsets 20 to 30. */
    advanceHistory: () => Object.assign(feed, { floor: 20, head: 30 }),
    startNewEpoch: () => Object.assign(feed, { epoch: '2-b', floor: 1, head: 4 }),
    standings: async () => {
      const { waiting } = (await fallbacks.stored(READER)) ?? { waiting: [] };
      const standingFor = await standingsOf(READER, waiting, { states, inboxes, histories, now });
      return waiting.map((fallback) => {
        const standing = standingFor(fallback);
        if (!standing.isOpen) return standing.reason;
        return standing.isSeen ? 'open, seen' : 'open';
      });
    },
  };
}
