import { inTime } from '@tocsin/contracts/pause';
import { tokenError } from '../errors.ts';
import type { NotificationClientOptions } from '../types.ts';
import { TIMING } from '../timing.ts';
import type { CallOptions } from './call-server.ts';

/**
 * Resolves with call options that contain the client's token, if it has one. Rejects with a temporary `no_token` error
 * if `getToken` rejects or exceeds its time limit. Without the limit, a `getToken` that never settles would block all
 * later changes.
 */
export async function withToken({
  getToken,
}: Pick<NotificationClientOptions, 'getToken'>): Promise<CallOptions> {
  try {
    const token = await inTime(getToken?.(), TIMING.page);
    return token === undefined ? {} : { token };
  } catch (thrown) {
    throw tokenError(thrown);
  }
}
