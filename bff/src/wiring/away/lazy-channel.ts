import { isDeepStrictEqual } from 'node:util';
import type { Channel } from '../../away/channels/channel.ts';
import { reasonOf } from '../../away/channels/send-within.ts';
import type { Traits } from '../../away/channels/traits.ts';

export interface LazyChannelOptions<Secret> extends Traits {
  /** Rejects if the secret can't be read. */
  readSecret: () => Promise<Secret>;
  /** Creates the channel. Rejects if the secret is invalid. */
  create: (secret: Secret) => Promise<Channel>;
  now?: () => number;
}

/** Minimum time between reads of the secret (ms). */
const READ_EVERY_MS = 60_000;

/**
 * A channel that reads the secret on the first send, since the sidecar starts after the application. Messages wait
 * while the secret is unreadable or invalid. Later sends reread the secret, so that it can change while the process
 * runs. The last valid secret stays in use.
 */
export function lazyChannel<Secret>({
  readSecret,
  create,
  now = Date.now,
  ...traits
}: LazyChannelOptions<Secret>): Channel {
  let current: { secret: Secret; channel: Channel } | undefined;
  let reading: Promise<void> | undefined;
  let readAt = 0;
  const read = async (): Promise<void> => {
    readAt = now();
    const secret = await readSecret();
    if (!current || !isDeepStrictEqual(secret, current.secret))
      current = { secret, channel: await create(secret) };
  };
  return {
    ...traits,
    async send(message, contacts) {
      let reason = '';
      if (!current || now() - readAt >= READ_EVERY_MS) {
        reading ??= read().finally(() => (reading = undefined));
        try {
          await reading;
        } catch (error) {
          reason = reasonOf(error);
        }
      }
      return current ? current.channel.send(message, contacts) : { outcome: 'unavailable', reason };
    },
  };
}
