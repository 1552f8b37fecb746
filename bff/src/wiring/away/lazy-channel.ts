import type { Channel } from '../../away/channels/channel.ts';
import type { Traits } from '../../away/channels/traits.ts';

export interface LazyChannelOptions extends Traits {
  /** Creates the channel; rejects if its secret cannot be read, or is invalid. */
  create: () => Promise<Channel>;
}

/**
 * A channel whose secret is read with the first message, because the sidecar starts later than the application. While
 * the secret cannot be read or is invalid, nothing is sent, and messages wait.
 */
export function lazyChannel({ create, ...traits }: LazyChannelOptions): Channel {
  let created: Promise<Channel> | undefined;
  return {
    ...traits,
    async send(message, contacts) {
      created ??= create();
      let channel: Channel;
      try {
        channel = await created;
      } catch (error) {
        created = undefined;
        return { outcome: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
      }
      return channel.send(message, contacts);
    },
  };
}
