import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@tocsin/tools/paths';
import type { Receivers } from './clients/receivers.ts';

const COMPONENT = 'notification-webhook.yaml';
const EXAMPLE_URL = 'https://hooks.example.com/tocsin';

const COMMON = { window: 'PT0S', perHour: 1_000 };

/** Returns the settings, secrets and components folder that a run's bffs need for channels. */
export function channelsOf(receivers: Receivers, dir: string) {
  // Resend an e-mail if the sender was killed. This isn't the default.
  const email = { ...COMMON, unknown: 'repeat', from: 'Tocsin <chaos@example.org>' };
  const { secrets, ...channels } = webhookOf(receivers.webhookUrl, dir, { email });
  const receiverSecrets = {
    NOTIFICATION_SECRETS_smtp: receivers.smtpUrl,
    NOTIFICATION_SECRETS_webhook: receivers.webhookSecret,
  };
  return { ...channels, secrets: { ...secrets, ...receiverSecrets } };
}

/** Like `channelsOf`, but only for webhooks to this URL. Adds `moreSettings` to the settings. */
export function webhookOf(url: string, dir: string, moreSettings: object = {}) {
  const resources = join(dir, 'resources');
  mkdirSync(resources);
  const component = readFileSync(join(ROOT, 'examples', 'channels', COMPONENT), 'utf8');
  writeFileSync(join(resources, COMPONENT), component.replace(EXAMPLE_URL, url));
  const settings = join(dir, 'away.json');
  writeFileSync(
    settings,
    JSON.stringify({ publicUrl: 'https://inbox.example.org', webhook: COMMON, ...moreSettings }),
  );
  return {
    env: { AWAY_FILE: settings },
    secrets: { NOTIFICATION_SECRETS_webhook: `whsec_${randomBytes(32).toString('base64')}` },
    resources: [resources],
  };
}
