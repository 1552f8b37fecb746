import type { NotificationClient } from '@tocsin/client';
import type { InboxState } from '@tocsin/contracts';
import type { Item } from '../src/stores/feeds/feed-log.ts';
import { useItems } from '../src/stores/feeds/items.ts';
import { useMarks } from '../src/stores/reader/marks.ts';
import { useSource } from '../src/stores/source.ts';

export type MarkRequest = [name: string, feed: string, change: unknown];

/** Makes the page call this function to send marks. */
export const sendMarksWith = (mark: NotificationClient['mark']): void =>
  useSource().set({ url: '', client: { mark } });

/** Starts a session with a server that accepts all requests. Returns the requests. */
export function startSession(signedIn = true): MarkRequest[] {
  const requests: MarkRequest[] = [];
  useMarks().startSession(signedIn);
  sendMarksWith(async (...args) => void requests.push(args));
  return requests;
}

export const item = (id: string): Item => useItems().all.find(({ notification }) => notification.id === id)!;

export const inbox = (state: Partial<InboxState>): InboxState => ({
  ...{ version: 1, epoch: 'e', seen: 0, unread: [], archived: [], snoozed: [] },
  ...state,
});
