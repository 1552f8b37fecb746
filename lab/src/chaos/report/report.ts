import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ARTIFACTS_DIR, ROOT } from '@tocsin/tools/paths';
import type { Event, Ledger } from './ledger.ts';
import { drawRun } from './picture.ts';
import { nameOf } from '../schedule.ts';

/** Writes the ledger with all events, and the run's chart. Returns the paths within the repository. */
export function writeReport(
  ledger: Ledger,
  events: readonly Event[],
  deliveries: readonly number[],
): string[] {
  mkdirSync(ARTIFACTS_DIR, { recursive: true });
  const base = join(ARTIFACTS_DIR, ledger.naive ? 'chaos-naive-report' : 'chaos-report');
  const report = { ...ledger, events: events.map((event) => ({ ...event, fault: nameOf(event.fault) })) };
  writeFileSync(`${base}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${base}.svg`, drawRun(ledger, events, deliveries));
  return [`${base}.json`, `${base}.svg`].map((file) => relative(ROOT, file));
}
