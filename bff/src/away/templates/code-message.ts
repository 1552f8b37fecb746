import type { AwayMessage } from '../channels/channel.ts';

const TEXTS = {
  en: {
    title: (code: string) => `Your code: ${code}`,
    body: 'Enter this code within 15 minutes to get notifications at this address. If you did not request it, ignore this message.',
  },
  de: {
    title: (code: string) => `Ihr Code: ${code}`,
    body: 'Geben Sie diesen Code innerhalb von 15 Minuten ein, um Benachrichtigungen an diese Adresse zu erhalten. Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht.',
  },
} as const;

export interface CodeMessage {
  reader: string;
  code: string;
  language: AwayMessage['language'];
  links: AwayMessage['links'];
}

export const codeMessageOf = (
  { reader, code, language, links }: CodeMessage,
  { key, createdAt }: { key: string; createdAt: string },
): AwayMessage => {
  const { title, body } = TEXTS[language];
  const notification = {
    ...{ id: 'code', feed: reader, severity: 'info' as const },
    ...{ title: title(code), body, createdAt },
  };
  return {
    ...{ key, reader, language, purpose: 'code', notifications: [notification], more: 0 },
    // This notification isn't in the inbox, so link to the inbox itself.
    links: { ...links, open: () => links.inbox },
  };
};
