import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../paths.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { applyFault } from './apply-fault.ts';
import { Clients } from './clients.ts';
import { FailpointFiles } from './failpoint-files.ts';
import { makeLedger, type Event, type Ledger } from './ledger.ts';
import { naiveBff } from './naive/command.ts';
import { readChaosOptions, type ChaosOptions } from './options.ts';
import { drawRun } from './picture.ts';
import { printLedger } from './print-ledger.ts';
import { Random } from './random.ts';
import { BFFS, nameOf, schedule, type Fault } from './schedule.ts';
import { Workload } from './workload.ts';

/** More rounds than any run has time for. */
const ROUNDS = 100;
/** Deliveries must be complete so long after the last fault, in ms. */
const DRAIN_MS = 60_000;
const BETWEEN_MS = 500;

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run chaos`: kills and stops every process, and kills at every step of the protocol, while notifications flow
 * to 20 clients; then accounts for each of them. The exit code is 1 after any loss, double or disorder.
 */
export async function chaos(args: string[], signal: AbortSignal): Promise<number> {
  const options = readChaosOptions(args);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-chaos-'));
  const files = new FailpointFiles(dir);
  const stack = await startStack({
    bffs: BFFS,
    producerEnv: () => files.env('producer-1'),
    bffEnv: (index) => files.env(`bff-${index + 1}`),
    ...(options.naive && { apps: { bff: naiveBff } }),
  });
  try {
    const ledger = await run(stack, files, options, signal);
    say(`\n${printLedger(ledger)}`);
    return ledger.clean ? 0 : 1;
  } finally {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function run(
  stack: Stack,
  files: FailpointFiles,
  options: ChaosOptions,
  signal: AbortSignal,
): Promise<Ledger> {
  const { seed, minutes, naive } = options;
  const startedAt = Date.now();
  const clients = new Clients(stack.bffs, new Random(seed));
  try {
    await clients.ready();
    const workload = new Workload(
      stack.producers.map(({ url }) => url),
      new Random(seed + 1),
    );
    clients.stir();
    const first: Fault[] = naive ? [{ kind: 'failpoint', app: 'bff', step: 'popped' }] : [];
    const events = await harm(stack, files, {
      faults: schedule(seed, ROUNDS, first),
      round: schedule(seed, 1, first).length,
      end: startedAt + minutes * 60_000,
      signal,
    });
    await clients.settle();
    await workload.stop();
    await drain(clients, workload);
    const ledger = await makeLedger({ seed, naive, startedAt, workload, clients, events });
    writeReport(ledger, events, clients, startedAt);
    return ledger;
  } finally {
    clients.close();
  }
}

interface Harm {
  faults: readonly Fault[];
  /** So many faults are done in any case. */
  round: number;
  end: number;
  signal: AbortSignal;
}

async function harm(
  stack: Stack,
  files: FailpointFiles,
  { faults, round, end, signal }: Harm,
): Promise<Event[]> {
  const events: Event[] = [];
  for (const fault of faults) {
    if (signal.aborted || (events.length >= round && Date.now() > end)) break;
    const from = Date.now();
    const { pair, happened } = await applyFault(stack, files, fault);
    await delay(BETWEEN_MS);
    events.push({ fault, happened, pair, from, to: Date.now() });
    say(
      `${String(events.length).padStart(4)}  ${nameOf(fault)}${happened ? '' : ': was not reached'}  ${Date.now() - from} ms`,
    );
  }
  return events;
}

/** Waits until every client was shown all, or time is up: the ledger says then what is missing. */
async function drain(clients: Clients, workload: Workload): Promise<void> {
  const end = Date.now() + DRAIN_MS;
  for (const watcher of await clients.all()) {
    for (;;) {
      const seen = new Set(watcher.shown.map(({ id }) => id));
      const complete = [...workload.acknowledged(watcher.feed).keys()].every((id) => seen.has(id));
      if (complete || watcher.gaps.length > 0 || Date.now() > end) break;
      await delay(100);
      await clients.slow.report();
    }
  }
}

function writeReport(ledger: Ledger, events: readonly Event[], clients: Clients, startedAt: number): void {
  const dir = join(ROOT, '.artifacts');
  mkdirSync(dir, { recursive: true });
  const name = ledger.naive ? 'chaos-naive' : 'chaos';
  const deliveries = clients.steady.flatMap(({ observer }) => observer.shown.map(({ at }) => at));
  const report = { ...ledger, events: events.map((event) => ({ ...event, fault: nameOf(event.fault) })) };
  writeFileSync(join(dir, `${name}-report.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(dir, `${name}-report.svg`), drawRun(events, deliveries, startedAt, Date.now()));
  say(`\nWritten: .artifacts/${name}-report.json and .svg`);
}
