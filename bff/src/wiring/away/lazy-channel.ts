import type { Channel } from '../../away/channels/channel.ts';
import type { Traits } from '../../away/channels/traits.ts';

export interface LazyChannelOptions extends Traits {
  /** Creates the channel. Rejects if its secret can't be read or is invalid. */
  create: () => Promise<Channel>;
}

/**
 * A channel that reads its secret on the first send because the sidecar starts after the application. While the secret
 * is unreadable or invalid, nothing is sent and messages wait.
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
