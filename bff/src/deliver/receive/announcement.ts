import {
  announcementSchema,
  partitionAnnouncementSchema,
  faultsOf,
  type AnyAnnouncement,
} from '@tocsin/contracts';
import type { HighWaterMarks } from '../load/high-water-marks.ts';
import type { OnStep, SetAsideStore } from '../ports.ts';
import type { FeedTurnTaker, Outcome, PartitionTurnTaker } from '../turn/turn.ts';
import { unreadableRecord } from './unreadable-record.ts';

export interface ReceiveDependencies {
  routePartitionTurn: PartitionTurnTaker;
  /** Used only for version 0.1.0 announcements. */
  routeFeedTurn: FeedTurnTaker;
  marks: HighWaterMarks;
  setAside: Pick<SetAsideStore, 'add'>;
  onStep: OnStep;
}

/**
 * Routes an announcement to its partition, or to its feed if the announcement is from version 0.1.0. Sets unreadable
 * announcements aside. Rejects if the announcement must be redelivered.
 */
export async function receiveAnnouncement(
  data: unknown,
  dependencies: ReceiveDependencies,
): Promise<Outcome> {
  await dependencies.onStep('received');
  const hasFeed = typeof data === 'object' && data !== null && 'feed' in data;
  const parsed = (hasFeed ? announcementSchema : partitionAnnouncementSchema).safeParse(data);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error).map(({ path, message }) => `${path}: ${message}`);
    await dependencies.setAside.add(unreadableRecord(data, faults));
    return 'set-aside';
  }
  const outcome = await routeTurn(parsed.data, dependencies);
  await dependencies.onStep('answered');
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
