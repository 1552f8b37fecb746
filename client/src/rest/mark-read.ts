import { callServer } from './call-server.ts';
import { withToken } from './token.ts';
import type { NotificationClientOptions } from '../types.ts';

/** What a reader does with notifications: the last part of the path of its route. */
export type MarkName = 'read' | 'unread' | 'seen' | 'archive' | 'unarchive' | 'snooze' | 'unsnooze';

/** Resolves when the server has kept it; rejects with what it was told, or with `ClientError`. */
export async function mark(
  options: NotificationClientOptions,
  name: MarkName,
  change: { feed: string },
): Promise<void> {
  const { url, clientId } = options;
  const body = { ...change, ...(clientId !== undefined && { clientId }) };
  await callServer(url, `/app/notifications/${name}`, body, await withToken(options), () => undefined);
}
