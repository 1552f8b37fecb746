import { SECRETS } from '@tocsin/contracts';
import type { Logger } from '@tocsin/service';
import { createBindingChannel } from '../../away/channels/binding/binding-channel.ts';
import type { Channel } from '../../away/channels/channel.ts';
import { EMAIL, PUSH, WEBHOOK } from '../../away/channels/traits.ts';
import { loadTemplates, type Templates } from '../../away/templates/templates.ts';
import type { Backend } from '../../backend.ts';
import { lazyChannel } from './lazy-channel.ts';
import type { AwaySettings, CommonSettings } from './settings.ts';

/** Resolves with the public VAPID key, or with `undefined` if there is no `push` channel. */
export type VapidKey = () => Promise<string | undefined>;

/** Whether it's safe to send pushes to this browser-supplied endpoint. */
export type IsPushService = (endpoint: string) => Promise<boolean>;

export interface ChannelWithSettings {
  channel: Channel;
  settings: CommonSettings;
}

interface CreatedChannels {
  channels: ChannelWithSettings[];
  templates: Templates;
  vapidKey: VapidKey;
  isPushService: IsPushService;
}

type ChannelBackend = Pick<Backend, 'readSecret' | 'invokeBinding'>;

interface LazyOptions {
  templates: Templates;
  backend: ChannelBackend;
  onError: (error: unknown) => void;
}

/**
 * Creates the configured channels. A channel's library is loaded when the first message is sent.
 * @throws TemplateError, or an Error that lists all errors in a binding's settings
 */
export function createChannels(
  { templates: folder, timeZone, email, push, webhook, bindings }: AwaySettings,
  backend: ChannelBackend,
  log: Pick<Logger, 'warn'>,
): CreatedChannels {
  const templates = loadTemplates({ folder, timeZone });
  const onError = (err: unknown) =>
    log.warn({ err }, 'a channel cannot use its changed secret, and keeps the last valid one');
  const lazy = { templates, backend, onError };
  const channels: ChannelWithSettings[] = [];
  if (email) channels.push({ channel: emailChannel(email, lazy), settings: email });
  if (push) channels.push({ channel: pushChannel(push, lazy), settings: push });
  if (webhook) channels.push({ channel: webhookChannel(webhook, lazy), settings: webhook });
  for (const [name, settings] of Object.entries(bindings)) {
    const { window: _, perHour: _perHour, unknown: _unknown, ...bindingSettings } = settings;
    const channel = createBindingChannel({
      ...bindingSettings,
      name,
      templates,
      invoke: backend.invokeBinding,
    });
    channels.push({ channel, settings });
  }
  const vapidKey: VapidKey = async () => {
    if (!push) return undefined;
    const { readVapid } = await import('../../away/channels/push/vapid.ts');
    return readVapid(await secretOf(backend, SECRETS.vapid.name)).publicKey;
  };
  const isPushService: IsPushService = async (endpoint) => {
    const { endpointOf } = await import('../../away/channels/push/endpoint.ts');
    return endpointOf(endpoint, push?.allowLoopback ?? false) !== undefined;
  };
  return { channels, templates, vapidKey, isPushService };
}

const emailChannel = (
  { from, dkim, requireTls }: NonNullable<AwaySettings['email']>,
  { templates, backend, onError }: LazyOptions,
): Channel =>
  lazyChannel({
    ...EMAIL,
    onError,
    readSecret: async () => ({
      url: await secretOf(backend, SECRETS.smtp.name),
      privateKey: dkim && (await secretOf(backend, SECRETS.dkim.name)),
    }),
    create: async ({ url, privateKey }) => {
      const { createEmailChannel } = await import('../../away/channels/email/email-channel.ts');
      return createEmailChannel({
        ...{ url, from, templates, requireTls },
        ...(dkim && privateKey !== undefined && { dkim: { ...dkim, privateKey } }),
      });
    },
  });

const pushChannel = (
  { allowLoopback }: NonNullable<AwaySettings['push']>,
  { templates, backend, onError }: LazyOptions,
): Channel =>
  lazyChannel({
    ...PUSH,
    onError,
    readSecret: () => secretOf(backend, SECRETS.vapid.name),
    create: async (secret) => {
      const { createPushChannel } = await import('../../away/channels/push/push-channel.ts');
      const { readVapid } = await import('../../away/channels/push/vapid.ts');
      return createPushChannel({ vapid: readVapid(secret), templates, allowLoopback });
    },
  });

const webhookChannel = (
  { binding }: NonNullable<AwaySettings['webhook']>,
  { backend, onError }: LazyOptions,
): Channel =>
  lazyChannel({
    ...WEBHOOK,
    onError,
    readSecret: () => secretOf(backend, SECRETS.webhook.name),
    create: async (secret) => {
      const { createWebhookChannel } = await import('../../away/channels/binding/webhook-channel.ts');
      return createWebhookChannel({ secret, binding, invoke: backend.invokeBinding });
    },
  });

async function secretOf({ readSecret }: ChannelBackend, name: string): Promise<string> {
  const value = await readSecret(name);
  if (value !== undefined) return value;
  throw new Error(`the ${name} secret is missing from the ${SECRETS.smtp.store} secret store; add it`);
}
