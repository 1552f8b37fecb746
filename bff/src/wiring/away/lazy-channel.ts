import type { Channel } from '../../away/channels/channel.ts';
import type { Traits } from '../../away/channels/traits.ts';

export interface LazyChannelOptions extends Traits {
  /** Creates the channel. Rejects if the secret can't be read or is invalid. */
  create: () => Promise<Channel>;
}

/**
 * A channel that reads the secret on the first send, since the sidecar starts after the application. Messages wait
 * while the secret is unreadable or invalid.
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
