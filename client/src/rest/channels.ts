import { isObject, type Channels } from '@tocsin/contracts';
import { callServer, readJson, assertSaved, type CallOptions } from './call-server.ts';

/** The languages available for messages to readers. */
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
 * Returns the deployment's channels, and which of them can reach the signed-in reader. Throws the same errors as
 * `fetchPage`, with status 404 if the deployment has no channels, and 403 if the reader isn't signed in.
 */
export function fetchChannels(url: string, options: CallOptions = {}): Promise<Channels> {
  return callServer(url, PATH, undefined, options, readJson(isChannels, 'a list of channels'));
}

/**
 * Opts the reader in to e-mail at the address in the token or, if `code` is set, at the address that received the code.
 * Throws the same errors as `fetchPage`, with status 400 if the code is wrong, and 409 if the token has no address or
 * marks it as unverified.
 */
export function agreeToEmail(
  url: string,
  choice: { code?: string; language?: MessageLanguage } = {},
  options: CallOptions = {},
): Promise<void> {
  const body = { consent: true, ...choice };
  return callServer(url, `${PATH}/email`, body, { ...options, method: 'PUT' }, assertSaved);
}

/**
 * Sends a code for `agreeToEmail` to an address other than the token's. The code is valid for 15 minutes. Throws the
 * same errors as `fetchPage`, with status 429 after five codes in a day.
 */
export function sendEmailCode(url: string, address: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/email/code`, { address }, { ...options, method: 'POST' }, assertSaved);
}

/** Opts the reader out of e-mail and deletes the address. Throws the same errors as `fetchPage`. */
export function stopEmail(url: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/email`, undefined, { ...options, method: 'DELETE' }, assertSaved);
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
  return callServer(url, `${PATH}/push`, body, { ...options, method: 'PUT' }, assertSaved);
}

/** Unregisters the device with this endpoint from push. Throws the same errors as `fetchPage`. */
export function removePushDevice(url: string, endpoint: string, options: CallOptions = {}): Promise<void> {
  return callServer(url, `${PATH}/push`, { endpoint }, { ...options, method: 'DELETE' }, assertSaved);
}
