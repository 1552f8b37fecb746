import { randomBytes } from 'node:crypto';
import { startSmtpServer } from '../../../../bff/testing/away/smtp.ts';
import { startWebhookReceiver } from '../../../../bff/testing/away/webhook-receiver.ts';

/** A message that a channel sent to the external service. */
export interface ReceivedMessage {
  /** Ids of the notifications in the message. */
  ids: string[];
  /** The id that the channel assigned to the message. */
  key: string;
  /** Milliseconds since 1970. */
  at: number;
}

export type Receivers = Awaited<ReturnType<typeof startReceivers>>;

/**
 * Starts the services behind a run's channels: a webhook receiver and an SMTP server. They record the messages that
 * they accept. The webhook receiver rejects invalid signatures.
 */
export async function startReceivers() {
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const [webhook, smtp] = await Promise.all([startWebhookReceiver(webhookSecret), startSmtpServer()]);
  return {
    ...{ webhookSecret, webhookUrl: webhook.url, smtpUrl: smtp.url },
    webhooks: (): ReceivedMessage[] =>
      webhook.received.map(({ id, body, at }) => ({ key: id, ids: idsIn(body), at })),
    emails: (): ReceivedMessage[] =>
      smtp.received.map(({ mail, at }) => ({ key: mail.messageId ?? '', ids: idsIn(mail.text ?? ''), at })),
    close: () => Promise.all([webhook.close(), smtp.close()]),
  };
}

/** Extracts the ids of notifications with fallbacks from a text. */
const idsIn = (text: string): string[] => [...new Set(text.match(/away-[0-9a-f]{16}/g))];
