import { table } from '../print/table.ts';
import type { Ledger } from './ledger.ts';

/** The ledger as text; its last line sums up. */
export function printLedger(ledger: Ledger): string {
  const sum = (of: (account: Ledger['accounts'][number]) => number) =>
    ledger.accounts.reduce((total, account) => total + of(account), 0);
  const rows = [
    ['client', 'feed', 'acknowledged', 'delivered', 'lost', 'shown twice', 'out of order', 'honest gaps'],
    ...ledger.accounts.map((account) => [
      account.observer,
      account.feed,
      account.acknowledged,
      account.shown,
      account.lost.length,
      account.twice.length,
      account.disordered.length + account.holes.length,
      account.honestGaps,
    ]),
  ];
  const faults = [
    ['fault', 'times', 'happened', 'deliveries paused, median ms', 'highest ms'],
    ...ledger.faults.map(({ fault, times, happened, medianPauseMs, highestPauseMs }) => [
      fault,
      times,
      happened,
      medianPauseMs,
      highestPauseMs,
    ]),
  ];
  const total =
    `${ledger.naive ? 'naive: ' : ''}${ledger.acknowledged} acknowledged, ${ledger.deliveries} delivered to ` +
    `${ledger.accounts.length} clients through ${ledger.kills} kills in ${ledger.seconds} s (seed ${ledger.seed}): ` +
    `${sum(({ lost }) => lost.length)} lost, ${sum(({ twice }) => twice.length)} shown twice, ` +
    `${sum(({ disordered, holes }) => disordered.length + holes.length)} out of order, ` +
    `${sum(({ honestGaps }) => honestGaps)} honest gaps`;
  const shortfalls = ledger.shortfalls.map((sentence) => `Not done: ${sentence}.\n`).join('');
  return `${table(rows)}\n\n${table(faults)}\n\n${shortfalls}${total}`;
}
