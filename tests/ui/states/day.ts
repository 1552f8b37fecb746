import type { Draft } from '../fakes/fake-bff.ts';

const MINUTE = 60_000;

export const draft = (minutesAgo: number, content: Draft): Draft => ({
  createdAt: new Date(Date.now() - minutesAgo * MINUTE).toISOString(),
  ...content,
});
/** Notifications from a normal day at a small company. */
export const day = (): Draft[] => [
  draft(1560, {
    title: 'Nightly backup finished',
    severity: 'success',
    source: 'Backups',
    body: '412 GB in 38 min.',
  }),
  draft(1500, {
    title: 'Certificate for shop.example expires in 14 days',
    severity: 'warning',
    source: 'Certificates',
    link: '/certificates/shop',
  }),
  draft(190, {
    title: 'Order 4711 was paid',
    severity: 'success',
    source: 'Payments',
    body: 'EUR 1,249.00 by card, 3 items for Nørrebro Cykler.',
    link: 'https://example.org/orders/4711',
  }),
  draft(64, {
    title: 'Deployment of checkout 2.14.0 failed',
    severity: 'error',
    source: 'Deployments',
    body: 'Health check on 2 of 6 instances did not respond within 30 s. The previous version is still serving.',
    actions: [
      { label: 'Show log', link: '/deployments/991' },
      { label: 'Roll back', link: '/deployments/991/rollback' },
    ],
  }),
  draft(12, {
    title: 'New sign-in from Lisbon',
    source: 'Accounts',
    body: `Firefox on Windows.\n${'Long. '.repeat(80)}`,
  }),
  draft(3, { title: 'Disk on db-2 is 85% full', severity: 'warning', source: 'Monitoring' }),
];
export const arriving = (): Draft[] => [
  {
    title: 'Order 4712 was placed',
    source: 'Orders',
    body: '2 items for Studio Lund.',
    link: '/orders/4712',
  },
  {
    title: 'Payment for order 4712 received',
    severity: 'success',
    source: 'Payments',
    actions: [{ label: 'Open order', link: '/orders/4712' }],
  },
  {
    title: 'Deployment of search 1.9.2 failed',
    severity: 'error',
    source: 'Deployments',
    body: 'The image could not be pulled.',
    actions: [{ label: 'Show log', link: '/deployments/992' }],
  },
];
export const burst = (count: number): Draft[] =>
  Array.from({ length: count }, (_, n) => ({
    title: `Order ${5000 + n} was placed`,
    source: 'Orders',
    severity: (['info', 'success', 'warning', 'error'] as const)[n % 4] ?? 'info',
  }));
/** Too many errors to show individually, a repeated warning, and a few other notifications. */
export const failures = (): Draft[] => [
  ...Array.from({ length: 5 }, (_, n): Draft => ({
    ...{ title: `Payment for order ${n} was declined`, severity: 'error', source: 'billing' },
    ...{ body: 'The bank declined the card.', link: `/orders/${n}` },
  })),
  ...Array.from({ length: 3 }, (): Draft => ({ title: 'warehouse restarted', severity: 'warning' })),
  ...Array.from({ length: 8 }, (_, n): Draft => ({ title: `Order ${n} was placed`, source: 'shop' })),
];
