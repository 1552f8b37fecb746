import type { EmailPreviewQuery, Notification } from '@tocsin/contracts';
import type { AwayMessage } from '../channels/channel.ts';
import { codeMessageOf } from './code-message.ts';

const SITE = 'https://tocsin.example';

const NOTIFICATIONS: readonly Notification[] = [
  {
    id: 'sample-1',
    feed: 'user:42',
    severity: 'error',
    title: 'Payment failed: Köhler & Søn <invoice 2041>',
    body: 'The bank declined the payment of €1,240.00.\nPlease check the account number and try again.',
    source: 'Billing',
    link: '/invoices/2041',
    actions: [
      { label: 'Retry payment', link: '/invoices/2041/pay' },
      { label: 'Call the bank', link: 'https://bank.example/contact' },
    ],
    createdAt: '2026-05-04T09:41:00Z',
  },
  {
    id: 'sample-2',
    feed: 'user:42',
    severity: 'warning',
    title: 'Your certificate expires in 3 days',
    body: 'api.shop.example',
    source: 'Operations',
    createdAt: '2026-05-04T08:15:00Z',
  },
  {
    id: 'sample-3',
    feed: 'user:42',
    severity: 'success',
    title: 'Invoice 2040 was paid',
    source: 'Billing',
    createdAt: '2026-05-03T16:02:00Z',
  },
  {
    id: 'sample-4',
    feed: 'user:42',
    severity: 'info',
    title: 'הזמנה חדשה 118',
    body: 'A_very_long_word_without_spaces_that_a_narrow_screen_must_break_somewhere_in_the_middle',
    createdAt: '2026-05-03T07:30:00Z',
  },
];

const LINKS: AwayMessage['links'] = {
  inbox: `${SITE}/`,
  unsubscribe: `${SITE}/app/unsubscribe?token=sample`,
  open: ({ feed, id }) => `${SITE}/#/notification/${encodeURIComponent(feed)}/${encodeURIComponent(id)}`,
};

const message = (
  name: string,
  language: 'en' | 'de',
  notifications: readonly Notification[],
  more: number,
): AwayMessage => ({
  key: `sample-${name}-${language}`,
  reader: 'user:42',
  language,
  notifications,
  more,
  links: LINKS,
});

const code = (language: 'en' | 'de'): AwayMessage =>
  codeMessageOf(
    { reader: 'user:42', code: '04281937', language, links: LINKS },
    { key: `sample-code-${language}`, createdAt: '2026-05-04T09:41:00Z' },
  );

/** Sample messages of several kinds in each language, for previews and for checking templates at startup. */
export const SAMPLES: readonly AwayMessage[] = (['en', 'de'] as const).flatMap((language) => [
  message('single', language, NOTIFICATIONS.slice(0, 1), 0),
  message('short', language, NOTIFICATIONS.slice(1, 2), 0),
  message('digest', language, NOTIFICATIONS, 1),
  message('long-digest', language, NOTIFICATIONS.slice(2), 12),
  message('no-source', language, NOTIFICATIONS.slice(3), 0),
  code(language),
]);

/** Returns the sample for the e-mail preview in `/ops`. */
export const sampleOf = ({ kind, language }: EmailPreviewQuery): AwayMessage => {
  const sample = SAMPLES.find(({ key }) => key === `sample-${kind}-${language}`);
  if (!sample) throw new Error(`there is no sample of kind ${kind} in ${language}`);
  return sample;
};
