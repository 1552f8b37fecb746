import { isDeepStrictEqual } from 'node:util';
import type { Channel } from '../../away/channels/channel.ts';
import { reasonOf } from '../../away/channels/send-within.ts';
import type { Traits } from '../../away/channels/traits.ts';
import { settleBy } from '../../away/fallbacks/within.ts';

export interface LazyChannelOptions<Secret> extends Traits {
  /** Rejects if the secret can't be read. */
  readSecret: () => Promise<Secret>;
  /** Creates the channel. Rejects if the secret is invalid. */
  create: (secret: Secret) => Promise<Channel>;
  /**
   * Called if a changed secret can't be read or is invalid. The last valid secret stays in use. Not called again for
   * the same reason.
   */
  onError: (error: unknown) => void;
  now?: () => number;
}

/** Minimum time between reads of the secret (ms). */
const READ_EVERY_MS = 60_000;
/** Maximum wait for a later read (ms). A slow secret store must not use up the time for sending. */
const MAX_WAIT_MS = 2_000;

/**
 * Creates a channel that reads the secret on the first send, since the sidecar starts after the application. Until the
 * secret is readable and valid, messages wait, and each send reads it again. After that, sends reread it at most once a
 * minute, so that it can change while the process runs. If that fails, the last valid secret stays in use.
 */
export function lazyChannel<Secret>({
  readSecret,
  create,
  onError,
  now = Date.now,
  ...traits
}: LazyChannelOptions<Secret>): Channel {
  let current: { secret: Secret; channel: Channel } | undefined;
  let reading: Promise<void> | undefined;
  let readAt = 0;
  /** Why the last read failed. Empty if it succeeded. */
  let reason = '';
  const read = async (): Promise<void> => {
    readAt = now();
    const before = reason;
    try {
      const secret = await readSecret();
      if (!current || !isDeepStrictEqual(secret, current.secret))
        current = { secret, channel: await create(secret) };
      reason = '';
    } catch (error) {
      reason = reasonOf(error);
      if (current && reason !== before) onError(error);
    }
  };
  return {
    ...traits,
    async send(message, contacts) {
      if (!current || now() - readAt >= READ_EVERY_MS) {
        reading ??= read().finally(() => (reading = undefined));
        await (current ? settleBy(MAX_WAIT_MS, reading, () => undefined) : reading);
      }
      return current ? current.channel.send(message, contacts) : { outcome: 'unavailable', reason };
    },
  };
}
