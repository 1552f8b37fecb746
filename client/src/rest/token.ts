import { tokenError } from '../errors.ts';
import type { NotificationClientOptions } from '../types.ts';
import type { CallOptions } from './call-server.ts';

/** Resolves with call options that contain the client's token, if any. Rejects with the temporary code `no_token`. */
export async function withToken({ getToken }: NotificationClientOptions): Promise<CallOptions> {
  try {
    const token = await getToken?.();
    return token === undefined ? {} : { token };
  } catch (thrown) {
    throw tokenError(thrown);
  }
}
