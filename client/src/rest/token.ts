import { asError, ClientError } from '../errors.ts';
import type { NotificationClientOptions } from '../types.ts';
import type { CallOptions } from './call-server.ts';

/** A token for a call, if the client has any; rejects with the code `no_token`, which is temporary. */
export async function withToken({ getToken }: NotificationClientOptions): Promise<CallOptions> {
  try {
    const token = await getToken?.();
    return token === undefined ? {} : { token };
  } catch (thrown) {
    const cause = asError(thrown);
    throw new ClientError('no_token', `No token: ${cause.message}`, { temporary: true, cause });
  }
}
