import {
  REFUSED_EVENT_PREFIX,
  announcementSchema,
  anyAnnouncementSchema,
  faultsOf,
  DOCUMENT_VERSION,
  parseDateTime,
  partitionAnnouncementSchema,
  refusedEventSchema,
  type AnyAnnouncement,
  type SetAside,
} from '@tocsin/contracts';
import type { HighWaterMarks } from '../load/high-water-marks.ts';
import type { CallerKnowledge } from '../load/load-head.ts';
import type { OnStep, SetAsideStore } from '../ports.ts';
import { sha256 } from '../sha256.ts';
import type { Announced, Outcome, TurnResult } from '../v1/feed-turn.ts';

/** Calls an actor, wherever it lives, and waits for its turn. Rejects when the outcome is not known. */
export type TurnTaker<Name, Result, A extends Announced = Announced> = (
  name: Name,
  announced: A,
  caller: CallerKnowledge,
) => Promise<Result>;
export type FeedTurnTaker = TurnTaker<string, TurnResult>;
export type PartitionTurnTaker = TurnTaker<number, Outcome, NonNullable<Announced>>;

export interface ReceiveDependencies {
  routePartitionTurn: PartitionTurnTaker;
  /** For announcements of 0.1.0. */
  routeFeedTurn: FeedTurnTaker;
  marks: HighWaterMarks;
  setAside: Pick<SetAsideStore, 'add'>;
  onStep: OnStep;
}

/**
 * Hands an announcement to its partition, or one of 0.1.0 to its feed. Rejects when it has to come again; one that cannot
 * be read is set aside.
 */
export async function receiveAnnouncement(data: unknown, use: ReceiveDependencies): Promise<Outcome> {
  await use.onStep('received');
  const isOfFeed = typeof data === 'object' && data !== null && 'feed' in data;
  const parsed = (isOfFeed ? announcementSchema : partitionAnnouncementSchema).safeParse(data);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
    await use.setAside.add(unreadable(data, faults));
    return 'set-aside';
  }
  const outcome = await routeTurn(parsed.data, use);
  await use.onStep('answered');
  return outcome;
}

async function routeTurn(
  announcement: AnyAnnouncement,
  { routeFeedTurn, routePartitionTurn, marks }: ReceiveDependencies,
): Promise<Outcome> {
  const { run, seq } = announcement;
  if ('partition' in announcement) return routePartitionTurn(announcement.partition, { run, seq }, {});
  const { feed } = announcement;
  const { outcome, position } = await routeFeedTurn(feed, { run, seq }, { heard: marks.of(feed) });
  marks.raise(feed, position);
  return outcome;
}

export interface DeadLetterDependencies {
  announceAgain: (announcement: AnyAnnouncement) => Promise<void>;
  setAside: Pick<SetAsideStore, 'add'>;
  pause: () => Promise<void>;
  now: () => number;
}

/**
 * Announces again, after a pause, what ran out of retries, as long as its entry can live; then it is set aside.
 * Rejects when the dead letter has to come again.
 */
export async function reviveAnnouncement(
  data: unknown,
  use: DeadLetterDependencies,
): Promise<'announced' | 'set-aside'> {
  const parsed = anyAnnouncementSchema.safeParse(data);
  if (!parsed.success) {
    await use.setAside.add(unreadable(data, ['is not an announcement']));
    return 'set-aside';
  }
  if ((parseDateTime(parsed.data.expiresAt) ?? 0) <= use.now()) {
    await use.setAside.add(unreadable(data, [`its entry expired at ${parsed.data.expiresAt}`], 'expired'));
    return 'set-aside';
  }
  await use.pause();
  await use.announceAgain(parsed.data);
  return 'announced';
}

/** Sets aside what was on the topic for notifications and is none. Rejects when it has to come again. */
export async function keepRefusedEvent(
  data: unknown,
  setAside: Pick<SetAsideStore, 'add'>,
): Promise<'set-aside'> {
  const parsed = refusedEventSchema.safeParse(data);
  if (parsed.success) {
    const { event, source = '', errors, content } = parsed.data;
    const faults = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    await setAside.add({
      v: DOCUMENT_VERSION,
      entry: `${REFUSED_EVENT_PREFIX}${hashOf(event + source + content)}`,
      feed: '',
      reason: 'invalid',
      faults,
      content,
      at: new Date().toISOString(),
      event,
    });
  } else await setAside.add(unreadable(data, ['is not a refused event']));
  return 'set-aside';
}

function unreadable(data: unknown, faults: string[], reason: SetAside['reason'] = 'invalid'): SetAside {
  const content = JSON.stringify(data) ?? String(data);
  const at = new Date().toISOString();
  return {
    v: DOCUMENT_VERSION,
    // A name of its own making: with what a stranger wrote in it, Dapr could refuse the key.
    entry: `announcement:${hashOf(content)}`,
    feed: '',
    reason,
    faults,
    content,
    at,
  };
}

const hashOf = (text: string): string => sha256(text).slice(0, 16);
