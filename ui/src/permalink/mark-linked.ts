import { browserClientId } from '@tocsin/client-vue';
import type { Permalink } from './address.ts';
import { authHeader } from './fetch-linked.ts';

const ATTEMPTS = 5;
const DELAY_MS = 1_000;

/**
 * Marks an opened notification as read on all of the reader's devices. The server also notifies this page's list.
 * Never rejects. If all attempts fail, the notification stays unread.
 */
export async function markLinkedRead({ id, feed }: Permalink, token: string | undefined): Promise<void> {
  const body = { feed, ids: [id], ...(token === undefined && { clientId: browserClientId() }) };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const response = await fetch('/app/notifications/read', {
        method: 'POST',
        keepalive: true,
        headers: { 'content-type': 'application/json', ...authHeader(token) },
        body: JSON.stringify(body),
      });
      if (response.ok) return;
      if (response.status < 500 && response.status !== 429) return;
    } catch (error) {
      console.warn('Could not mark the linked notification as read.', error);
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * DELAY_MS));
  }
}
