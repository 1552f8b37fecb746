import { randomBytes } from 'node:crypto';
import type { AwayMessage, Channel, SendResult } from '../channels/channel.ts';

const TEXTS = {
  en: {
    title: (code: string) => `Your code: ${code}`,
    body: 'Enter this code within 15 minutes to get notifications at this address. If you did not ask for it, ignore this message.',
  },
  de: {
    title: (code: string) => `Ihr Code: ${code}`,
    body: 'Geben Sie diesen Code innerhalb von 15 Minuten ein, um Benachrichtigungen an diese Adresse zu erhalten. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.',
  },
} as const;

export interface CodeMessage {
  reader: string;
  address: string;
  code: string;
  language: AwayMessage['language'];
  links: AwayMessage['links'];
}

/** Sends a code to the address that it confirms. */
export const sendCode = (
  channel: Channel,
  { reader, address, code, language, links }: CodeMessage,
): Promise<SendResult> => {
  const { title, body } = TEXTS[language];
  const notification = {
    ...{ id: 'code', feed: reader, severity: 'info' as const, title: title(code), body },
    createdAt: new Date().toISOString(),
  };
  const key = randomBytes(16).toString('hex');
  return channel.send(
    { key, reader, language, notifications: [notification], more: 0, links },
    { email: { address }, push: [] },
  );
};
