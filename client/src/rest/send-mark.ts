import { callServer, assertSaved } from './call-server.ts';
import type { ReaderMarkChanges } from '../reader-types.ts';
import { withToken } from './token.ts';
import type { NotificationClientOptions } from '../types.ts';

/** Sends a mark. Resolves when the server has saved it. Rejects with a `ProblemError` or `ClientError`. */
export async function sendMark(
  options: NotificationClientOptions,
  name: keyof ReaderMarkChanges,
  change: { feed: string },
): Promise<void> {
  const { url, clientId } = options;
  const body = { ...change, ...(clientId !== undefined && { clientId }) };
  await callServer(url, `/app/notifications/${name}`, body, await withToken(options), assertSaved);
}
