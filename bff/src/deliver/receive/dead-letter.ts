import { anyAnnouncementSchema, parseDateTime, type AnyAnnouncement } from '@tocsin/contracts';
import type { SetAsideStore } from '../ports.ts';
import { unreadableRecord } from './unreadable-record.ts';

export interface DeadLetterDependencies {
  announceAgain: (announcement: AnyAnnouncement) => Promise<void>;
  setAside: Pick<SetAsideStore, 'add'>;
  pause: () => Promise<void>;
  now: () => number;
}

/**
 * Re-announces a dead letter after a pause, or sets it aside if it's unreadable or the entry has expired. Rejects if
 * the dead letter must be redelivered.
 */
export async function reviveAnnouncement(
  data: unknown,
  dependencies: DeadLetterDependencies,
): Promise<'announced' | 'set-aside'> {
  const parsed = anyAnnouncementSchema.safeParse(data);
  if (!parsed.success) {
    await dependencies.setAside.add(unreadableRecord(data, ['is not an announcement']));
    return 'set-aside';
  }
  const { expiresAt } = parsed.data;
  if ((parseDateTime(expiresAt) ?? 0) <= dependencies.now()) {
    await dependencies.setAside.add(unreadableRecord(data, [`its entry expired at ${expiresAt}`], 'expired'));
    return 'set-aside';
  }
  await dependencies.pause();
  await dependencies.announceAgain(parsed.data);
  return 'announced';
}
