import { DOCUMENT_VERSION, REFUSED_EVENT_PREFIX, refusedEventSchema } from '@tocsin/contracts';
import type { SetAsideStore } from '../ports.ts';
import { shortHash, unreadableRecord } from './unreadable-record.ts';

/**
 * Sets aside an event from the notifications topic that isn't a valid notification. Rejects if it must be redelivered.
 */
export async function setAsideRefusedEvent(
  data: unknown,
  setAside: Pick<SetAsideStore, 'add'>,
): Promise<'set-aside'> {
  const parsed = refusedEventSchema.safeParse(data);
  if (!parsed.success) {
    await setAside.add(unreadableRecord(data, ['is not a refused event']));
    return 'set-aside';
  }
  const { event, source = '', errors, content } = parsed.data;
  await setAside.add({
    v: DOCUMENT_VERSION,
    entry: `${REFUSED_EVENT_PREFIX}${shortHash(event + source + content)}`,
    feed: '',
    reason: 'invalid',
    faults: errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)),
    content,
    at: new Date().toISOString(),
    event,
  });
  return 'set-aside';
}
