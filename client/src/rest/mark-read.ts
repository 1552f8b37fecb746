import { callServer } from './call-server.ts';
import { asError, ClientError } from '../errors.ts';
import type { NotificationClientOptions, Read } from '../types.ts';

/** Resolves when the server has saved the read state. Rejects with the server's problem, or with `ClientError`. */
export async function markRead(
  { url, clientId, getToken }: NotificationClientOptions,
  read: { feed: string; epoch?: string } & Read,
): Promise<void> {
  let token: string | undefined;
  try {
    token = await getToken?.();
  } catch (thrown) {
    const cause = asError(thrown);
    throw new ClientError('no_token', `No token: ${cause.message}`, { temporary: true, cause });
  }
  const body = { ...read, ...(clientId !== undefined && { clientId }) };
  await callServer(
    url,
    '/app/notifications/read',
    body,
    token === undefined ? {} : { token },
    () => undefined,
  );
}
