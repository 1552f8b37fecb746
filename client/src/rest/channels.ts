import { isObject, type Channels } from '@tocsin/contracts';
import { callServer, readJson, saved, type CallOptions } from './call-server.ts';

/** The available languages for messages to readers. */
export type MessageLanguage = 'en' | 'de';

const PATH = '/app/channels';

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

function isChannels(value: unknown): value is Channels {
  if (!isObject(value)) return false;
  const { channels, email, push } = value;
  return (
    Array.isArray(channels) &&
    channels.every((channel) => isObject(channel) && typeof channel['name'] === 'string') &&
    isObject(email) &&
    isTextOrNull(email['address']) &&
    isTextOrNull(email['offered']) &&
    isObject(push) &&
    isTextOrNull(push['publicKey']) &&
    Array.isArray(push['endpoints']) &&
    push['endpoints'].every((endpoint) => typeof endpoint === 'string')
  );
}

/**
 * Returns the deployment's channels and which of them reach the signed-in reader. Throws the same errors as
 * `fetchPage`. The status is 404 if the deployment has no channels and 403 if the reader isn't signed in.
 */
export function fetchChannels(url: string, options: CallOptions = {}): Promise<Channels> {
  return callServer(url, PATH, undefined, options, readJson(isChannels, 'a list of channels'));
}

/**
 * Opts the reader in to e-mail at the token's address or, if `code` is set, at the address that received the code.
 * Throws the same errors as `fetchPage`. The status is 400 for a wrong code and 409 if the token has no address.
 */
export function agreeToEmail(
  url: string,
  choice: { code?: string; language?: MessageLanguage } = {},
  options: CallOptions = {},
): Promise<void> {
  const body = { consent: true, ...choice };
  return callServer(url, `${PATH}/email`, body, { ...options, method: 'PUT' }, saved);
}

/**
 * Sends a code for `agreeToEmail` to another address. The code is valid for 15 minutes. Throws the same errors as
 * `fetchPage`. The status is 429 after five codes in a day.
 */
export function sendEmailCode(url: string, address: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/email/code`, { address }, { ...options, method: 'POST' }, saved);
}

/** Opts the reader out of e-mail and deletes the address. Throws the same errors as `fetchPage`. */
export function stopEmail(url: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/email`, undefined, { ...options, method: 'DELETE' }, saved);
}

/**
 * Registers a device for push. To get a `subscription`, call `PushManager.subscribe` with `push.publicKey` from
 * `fetchChannels`. Throws the same errors as `fetchPage`.
 */
export function addPushDevice(
  url: string,
  subscription: Pick<PushSubscription, 'toJSON'>,
  language?: MessageLanguage,
  options: CallOptions = {},
): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  const body = { subscription: { endpoint, keys }, ...(language && { language }) };
  return callServer(url, `${PATH}/push`, body, { ...options, method: 'PUT' }, saved);
}

/** Unregisters the device with this endpoint from push. Throws the same errors as `fetchPage`. */
export function removePushDevice(url: string, endpoint: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/push`, { endpoint }, { ...options, method: 'DELETE' }, saved);
}
