import type { Backend } from '../../backend.ts';
import type { Channel } from '../../away/channels/channel.ts';
import type { AwaySettings } from './settings.ts';

/** Resolves with the public VAPID key; with `undefined` without the channel `push`. */
export type VapidKey = () => Promise<string | undefined>;

type Rules = Pick<NonNullable<AwaySettings['email']>, 'window' | 'perHour' | 'unknown'>;

/** Creates the channels of the settings. */
export function createChannels(
  _settings: AwaySettings,
  _backend: Pick<Backend, 'readSecret' | 'invokeBinding'>,
): { channels: { channel: Channel; rules: Rules }[]; vapidKey: VapidKey } {
  return { channels: [], vapidKey: async () => undefined };
}
