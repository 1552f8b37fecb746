import { DOCUMENT_VERSION, type SetAside } from '@tocsin/contracts';
import { sha256 } from '../../feed/ids.ts';

/** Returns the set-aside record for an unreadable message, or for an announcement whose entry has expired. */
export function unreadableRecord(
  data: unknown,
  faults: string[],
  reason: SetAside['reason'] = 'invalid',
): SetAside {
  const content = JSON.stringify(data) ?? String(data);
  return {
    v: DOCUMENT_VERSION,
    // Hash the content, because Dapr refuses some texts as keys.
    entry: `announcement:${shortHash(content)}`,
    feed: '',
    reason,
    faults,
    content,
    at: new Date().toISOString(),
  };
}

export const shortHash = (text: string): string => sha256(text).slice(0, 16);
