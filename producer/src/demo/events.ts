import type { NotificationInput } from '@tocsin/contracts';

/**
 * Creates a notification about an event at a small company. The names and numbers in the text depend on `n`, which
 * starts at 0.
 */
export type DemoEvent = (n: number) => NotificationInput;

const CUSTOMERS = ['Alder & Sons', 'Brightwater', 'Café Luna', 'Delta Bikes', 'Evergreen', 'Fjord Foods'];
const SERVICES = ['checkout', 'catalogue', 'search', 'billing', 'mail', 'warehouse'];
const PEOPLE = ['Ada', 'Bruno', 'Chiara', 'Dmitri', 'Esi', 'Farid'];

const pageOf = (kind: string, id: string | number): string => `/demo?${kind}=${id}`;
const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
const order = (n: number): number => 10_400 + n;
const amount = (n: number): string => `€${((n * 137) % 900) + 12}.${String((n * 31) % 100).padStart(2, '0')}`;
const version = (n: number): string => `2.${Math.floor(n / 10) % 50}.${n % 10}`;

export const DEMO_EVENTS: readonly DemoEvent[] = [
  (n) => ({
    title: `Order ${order(n)} from ${pick(CUSTOMERS, n)}`,
    body: `${(n % 7) + 1} items, ${amount(n)}. Ships today.`,
    source: 'shop',
    link: pageOf('order', order(n)),
  }),
  (n) => ({
    severity: 'success',
    title: `Payment of ${amount(n)} received`,
    body: `${pick(CUSTOMERS, n + 2)} paid the invoice for order ${order(n - 40)}.`,
    source: 'billing',
  }),
  (n) => ({
    severity: 'success',
    title: `${pick(SERVICES, n)} ${version(n)} is live`,
    body: `Deployed by ${pick(PEOPLE, n)}.\nAll checks passed, no restarts.`,
    source: 'deployments',
    actions: [{ label: 'Release notes', link: pageOf('release', `${pick(SERVICES, n)}-${version(n)}`) }],
  }),
  (n) => ({
    severity: 'warning',
    title: `${pick(SERVICES, n + 3)} is slow`,
    body: `p99 is ${((n * 17) % 400) + 600} ms; the limit is 500 ms.`,
    source: 'alerts',
    actions: [
      { label: 'Dashboard', link: pageOf('dashboard', pick(SERVICES, n + 3)) },
      { label: 'Runbook', link: pageOf('runbook', 'latency') },
    ],
  }),
  (n) => ({
    title: `${pick(PEOPLE, n + 1)} asked a question about order ${order(n - 3)}`,
    source: 'support',
  }),
  (n) => ({ title: `Stock: ${(n % 9) + 2} pallets arrived at dock ${(n % 4) + 1}`, source: 'warehouse' }),
  (n) => ({
    severity: 'error',
    title: `Payment for order ${order(n - 5)} was declined`,
    body: `${pick(CUSTOMERS, n + 4)}’s card was declined. The order is on hold until another card is used.`,
    source: 'billing',
    link: pageOf('order', order(n - 5)),
    actions: [{ label: 'Contact customer', link: pageOf('customer', (n + 4) % CUSTOMERS.length) }],
  }),
  (n) => ({ title: `Parcel for ${pick(CUSTOMERS, n + 5)} has been shipped`, source: 'shipping' }),
  (n) => ({
    severity: 'warning',
    title: `Certificate for ${pick(SERVICES, n)}.example.com expires in ${(n % 14) + 1} days`,
    source: 'alerts',
  }),
  (n) => ({
    severity: 'success',
    title: `Nightly backup finished in ${(n % 20) + 6} minutes`,
    body: `${((n * 3) % 60) + 120} GB, verified by a test restore.`,
    source: 'operations',
  }),
  (n) => ({
    severity: 'error',
    title: `${pick(SERVICES, n + 1)} restarted after a crash`,
    body: 'Out of memory. The instance is back; no sessions were lost.',
    source: 'alerts',
    link: pageOf('incident', 'latest'),
  }),
  (n) => ({
    title: `${pick(PEOPLE, n + 2)} merged “${pick(SERVICES, n + 2)}: fewer queries per page”`,
    source: 'code',
  }),
];

export function demoNotification(n: number): NotificationInput {
  const event = DEMO_EVENTS[n % DEMO_EVENTS.length];
  if (!event) throw new Error('There are no demo events.');
  // Shift by 1 each round, so that an event doesn't always mention the same customers.
  return event(n + Math.floor(n / DEMO_EVENTS.length));
}
