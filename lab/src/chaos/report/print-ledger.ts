import { table } from '@tocsin/tools/print/table';
import { quantile } from '../../bench/quantile.ts';
import type { FallbackResults } from '../clients/fallbacks.ts';
import type { OrderResults } from '../clients/orders.ts';
import type { MarkResults } from '../clients/inbox-marks.ts';
import type { ChangesRow, Ledger } from './ledger.ts';
import { MANY_FEEDS } from '../clients/workload.ts';

const MAX_SENTENCES = 20;

const changesOf = (changes: ChangesRow): string =>
  `The run included ${changes.scheduled} scheduled notifications (shown a median of ${changes.medianLateMs} ms ` +
  `and at most ${changes.highestLateMs} ms late, even during faults), ${changes.cancelled} cancelled, ` +
  `${changes.retracted} retracted, and ${changes.expiring} with an expiry time.`;

const marksOf = ({ archived, snoozed, lateMs }: MarkResults): string =>
  `A reader with a device on each instance archived ${archived} notifications and snoozed ${snoozed} (which returned ` +
  `a median of ${Math.round(quantile(lateMs, 0.5))} ms ` +
  `and at most ${Math.max(0, ...lateMs)} ms late, even during faults).`;

const fallbacksOf = (results: FallbackResults): string =>
  `A reader got ${results.webhook} notifications with a webhook fallback and ${results.email} with an e-mail fallback, and read ` +
  `${results.readInTime} of them early enough to need no fallback. The sent fallbacks arrived a median of ${Math.round(quantile(results.lateMs, 0.5))} ms ` +
  `and at most ${Math.round(Math.max(0, ...results.lateMs))} ms late, even during faults. ${results.repeatedWebhooks} webhooks were ` +
  `sent again with the same id, and ${results.repeatedEmails} notifications were in an e-mail that was sent twice.`;

const ordersOf = ({ orders, kills, lost }: OrderResults): string =>
  `A publisher stored ${orders} orders together with their notifications through Dapr's outbox, and was killed ${kills} ` +
  `times, sometimes together with its sidecar. Dapr's outbox lost ${lost} of the notifications.`;

/** Returns a row for each client, except that all clients of `MANY_FEEDS` share a row. */
function rowsOf(results: Ledger['accounts']) {
  const rows = results.map((result) => ({
    ...{ observer: result.observer, feed: result.feed },
    ...{ acknowledged: result.acknowledged, shown: result.shown, reportedGaps: result.reportedGaps },
    ...{ lost: result.lost.length, duplicated: result.duplicated.length, broken: result.broken.length },
    outOfOrder: result.outOfOrder.length + result.skipped.length,
  }));
  const isInMany = ({ feed }: { feed: string }) => MANY_FEEDS.includes(feed);
  const many = rows.filter(isInMany);
  if (many.length === 0) return rows;
  const sum = (
    name: 'acknowledged' | 'shown' | 'reportedGaps' | 'lost' | 'duplicated' | 'broken' | 'outOfOrder',
  ) => many.reduce((total, row) => total + row[name], 0);
  return [
    ...rows.filter((row) => !isInMany(row)),
    {
      observer: `${many.length} clients, one per feed`,
      feed: 'topic:many-…',
      ...{ acknowledged: sum('acknowledged'), shown: sum('shown'), reportedGaps: sum('reportedGaps') },
      ...{
        lost: sum('lost'),
        duplicated: sum('duplicated'),
        broken: sum('broken'),
        outOfOrder: sum('outOfOrder'),
      },
    },
  ];
}

/** Formats the ledger as text. The last line is the summary. */
export function printLedger(ledger: Ledger): string {
  const sum = (valueOf: (result: Ledger['accounts'][number]) => number) =>
    ledger.accounts.reduce((total, result) => total + valueOf(result), 0);
  const rows = [
    [
      'client',
      'feed',
      'acknowledged',
      'delivered',
      'lost',
      'shown twice',
      'out of order',
      'rules broken',
      'reported gaps',
    ],
    ...rowsOf(ledger.accounts).map((result) => [
      result.observer,
      result.feed,
      result.acknowledged,
      result.shown,
      result.lost,
      result.duplicated,
      result.outOfOrder,
      result.broken,
      result.reportedGaps,
    ]),
  ];
  const faults = [
    ['fault', 'times', 'happened', 'median pause in deliveries, ms', 'longest pause, ms'],
    ...ledger.faults.map(({ fault, times, happened, medianPauseMs, highestPauseMs }) => [
      fault,
      times,
      happened,
      medianPauseMs,
      highestPauseMs,
    ]),
  ];
  const otherFaults = [ledger.marks, ledger.fallbacks, ledger.orders].flatMap(
    (results) => results?.faults ?? [],
  );
  const total =
    `${ledger.naive ? 'naive: ' : ''}${ledger.redis === 'cluster' ? 'Redis Cluster: ' : ''}${ledger.acknowledged} acknowledged, ${ledger.deliveries} delivered to ` +
    `${ledger.accounts.length} clients through ${ledger.kills} kills in ${ledger.seconds} s (seed ${ledger.seed}): ` +
    `${sum(({ lost }) => lost.length)} lost, ${sum(({ duplicated }) => duplicated.length)} shown twice, ` +
    `${sum(({ outOfOrder, skipped }) => outOfOrder.length + skipped.length)} out of order, ` +
    (ledger.changes ? `${sum(({ broken }) => broken.length) + otherFaults.length} rules broken, ` : '') +
    `${sum(({ reportedGaps }) => reportedGaps)} reported gaps`;
  const changes = ledger.changes ? `${changesOf(ledger.changes)}\n` : '';
  const marks = ledger.marks ? `${marksOf(ledger.marks)}\n` : '';
  const fallbacks = ledger.fallbacks ? `${fallbacksOf(ledger.fallbacks)}\n` : '';
  const orders = ledger.orders ? `${ordersOf(ledger.orders)}\n` : '';
  const broken = [
    ...ledger.accounts.flatMap(({ observer, broken }) =>
      broken.map((sentence) => `${observer}: ${sentence}.\n`),
    ),
    ...otherFaults.map((sentence) => `${sentence}.\n`),
  ];
  const shortfalls = ledger.shortfalls.map((sentence) => `Goal missed: ${sentence}.\n`).join('');
  return `${table(rows)}\n\n${table(faults)}\n\n${shortfalls}${broken.slice(0, MAX_SENTENCES).join('')}${changes}${marks}${fallbacks}${orders}${total}`;
}
