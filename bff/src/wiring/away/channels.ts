import { SECRETS } from '@tocsin/contracts';
import type { Channel } from '../../away/channels/channel.ts';
import type { Backend } from '../../backend.ts';
import { lazyChannel } from './lazy-channel.ts';
import type { AwaySettings, CommonSettings } from './settings.ts';

/** Resolves with the public VAPID key; with `undefined` without the channel `push`. */
export type VapidKey = () => Promise<string | undefined>;

export interface ChannelWithSettings {
  channel: Channel;
  settings: CommonSettings;
}

type Secrets = Pick<Backend, 'readSecret'>;

/** Creates the channels of the settings. Libraries of channels are loaded when a channel is used. */
export async function createChannels(
  settings: AwaySettings,
  backend: Secrets,
): Promise<{ channels: ChannelWithSettings[]; vapidKey: VapidKey }> {
  const { email } = settings;
  const channels: ChannelWithSettings[] = [];
  if (email) channels.push({ channel: await emailChannel(email, backend), settings: email });
  return { channels, vapidKey: async () => undefined };
}

/** @throws TemplateError if a template cannot be used */
async function emailChannel(
  { from, dkim, requireTls, templates: folder, timeZone }: NonNullable<AwaySettings['email']>,
  backend: Secrets,
): Promise<Channel> {
  const { loadTemplates } = await import('../../away/templates/templates.ts');
  const templates = loadTemplates({ folder, timeZone });
  return lazyChannel({
    ...{ name: 'email', repeatable: false },
    reaches: (contacts) => contacts.email !== undefined,
    create: async () => {
      const { createEmailChannel } = await import('../../away/channels/email/email-channel.ts');
      const url = await secretOf(backend, SECRETS.smtp.name);
      const privateKey = dkim && (await secretOf(backend, SECRETS.dkim.name));
      return createEmailChannel({
        ...{ url, from, templates, requireTls },
        ...(dkim && privateKey !== undefined && { dkim: { ...dkim, privateKey } }),
      });
    },
  });
}

/** Rejects if the secret is absent. */
async function secretOf(backend: Secrets, name: string): Promise<string> {
  const value = await backend.readSecret(name);
  if (value !== undefined) return value;
  throw new Error(`The secret ${name} is absent from ${SECRETS.smtp.store}. Add it; see docs/guides.`);
}
