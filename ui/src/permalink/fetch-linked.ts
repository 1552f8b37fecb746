import { isExpired, type LinkedNotification, type Publication } from '@tocsin/contracts';
import type { Permalink } from './address.ts';

const TIMEOUT_MS = 10_000;

export type FetchLinkedResult =
  | { state: 'shown'; linked: LinkedNotification }
  | { state: 'unknown' | 'refused' | 'failed' };

export const authHeader = (token: string | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

/** Marks a publication as gone if it has expired by this device's clock, which the list also uses. */
function asOfNow(publication: Publication): Publication {
  const { offset, notification } = publication;
  if (!notification || !isExpired(notification, Date.now())) return publication;
  return { offset, notification: null, id: notification.id, gone: 'expired' };
}

/** Loads a notification. Never rejects. */
export async function fetchLinked(
  { id, feed }: Permalink,
  token: string | undefined,
): Promise<FetchLinkedResult> {
  try {
    const response = await fetch(`/app/notification?${new URLSearchParams({ id, feed }).toString()}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json', ...authHeader(token) },
    });
    if (response.ok) {
      const linked = (await response.json()) as LinkedNotification;
      return { state: 'shown', linked: { ...linked, publication: asOfNow(linked.publication) } };
    }
    if (response.status === 404 || response.status === 400) return { state: 'unknown' };
    return { state: response.status === 401 || response.status === 403 ? 'refused' : 'failed' };
  } catch (error) {
    console.warn('Could not load the linked notification.', error);
    return { state: 'failed' };
  }
}
