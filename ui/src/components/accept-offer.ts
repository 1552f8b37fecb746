import { inTime } from '@tocsin/contracts/pause';
import { nameOf } from '../token.ts';

/** Maximum time to wait until the current reader's push is turned off (ms). */
const STOP_PUSH_MS = 3_000;

/**
 * Turns off the current reader's push, unless the offered token belongs to the same reader. Resolves with false if
 * another link has changed the offer in the meantime, because the reader hasn't accepted the new offer.
 */
export async function prepareToChangeReader(
  offer: Readonly<{ token: string; offered: string }>,
  stopPush: () => Promise<unknown>,
): Promise<boolean> {
  const { token, offered } = offer;
  const name = nameOf(token);
  if (name === undefined || name !== nameOf(offered))
    await inTime(stopPush(), STOP_PUSH_MS).catch(console.warn);
  return offered === offer.offered;
}
