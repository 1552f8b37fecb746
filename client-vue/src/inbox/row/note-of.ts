import { parseDateTime, type Placed } from '@tocsin/contracts';
import { useMessages } from '../../messages/use-messages.ts';

/** Returns a note if a notification is archived, snoozed or back from a snooze, otherwise `undefined`. */
export function noteOf({ place, until, returnedAt }: Placed): string | undefined {
  const { texts, formats } = useMessages();
  if (place === 'archive') return texts.list.inArchive;
  const end = until === undefined ? undefined : parseDateTime(until);
  if (place === 'snoozed' && end !== undefined) return texts.list.snoozedUntil(formats.moment(end));
  return returnedAt === undefined ? undefined : texts.list.backFromSnooze;
}
