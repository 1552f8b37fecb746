import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startStack, type Stack } from '../stack/stack.ts';
import { Clients } from './clients.ts';
import { Failpoints } from './failpoints.ts';
import { goalsOf, shortfalls } from './goals.ts';
import { harm } from './harm.ts';
import { makeLedger, type Ledger } from './ledger.ts';
import { naiveBff } from './naive/command.ts';
import { readChaosOptions, type ChaosOptions } from './options.ts';
import { printLedger } from './print-ledger.ts';
import { Random } from './random.ts';
import { writeReport } from './report.ts';
import { BFFS, schedule } from './schedule.ts';
import { Workload } from './workload.ts';

/** What a dead process held comes within 20 s, so after this long without any delivery nothing will, in ms. */
const QUIET_MS = 21_000;
/** Deliveries must have ended so long after the last notification, in ms. */
const DRAIN_MS = 120_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run chaos`: kills, stops and restarts every process, and kills and stops at every step of the protocol, while
 * notifications flow to 20 clients; then accounts for each of them. The exit code is 1 after any loss, double or
 * disorder, and when a fault that had to be done did not happen.
 */
export async function chaos(args: string[], signal: AbortSignal): Promise<number> {
  const options = readChaosOptions(args);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-chaos-'));
  const failpoints = new Failpoints(dir);
  const stack = await startStack({
    bffs: BFFS,
    producerEnv: failpoints.env('producer'),
    bffEnv: failpoints.env('bff'),
    ...(options.naive && { apps: { bff: naiveBff } }),
  });
  try {
    const ledger = await run(stack, failpoints, options, signal);
    say(`\n${printLedger(ledger)}`);
    return ledger.clean ? 0 : 1;
  } finally {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function run(
  stack: Stack,
  failpoints: Failpoints,
  options: ChaosOptions,
  signal: AbortSignal,
): Promise<Ledger> {
  const { seed, minutes, full, naive } = options;
  const goals = goalsOf(options);
  const startedAt = Date.now();
  const clients = new Clients(stack.bffs, new Random(seed));
  try {
    await clients.ready();
    const workload = new Workload(
      stack.producers.map(({ url }) => url),
      new Random(seed + 1),
    );
    clients.stir();
    const faults = schedule(options);
    const end = startedAt + minutes * 60_000;
    const events = await harm({
      ...{ stack, failpoints, clients, workload, faults, goals, full, end, signal, say },
    });
    await clients.settle();
    await workload.stop();
    await drain(clients);
    const ledger = await makeLedger({
      ...{ seed, naive, startedAt, workload, clients, events },
      shortfalls: shortfalls(goals, { events, acknowledged: workload.total }),
    });
    const deliveries = clients.steady.flatMap(({ observer }) => observer.shown.map(({ at }) => at));
    say(`\nWritten: ${writeReport(ledger, events, deliveries).join(' and ')}`);
    return ledger;
  } finally {
    clients.close();
  }
}

/**
 * Waits until nothing comes any more. That all were shown is not enough: a double would come last, with what a dead
 * process held.
 */
async function drain(clients: Clients): Promise<void> {
  const end = Date.now() + DRAIN_MS;
  let count = -1;
  let countedAt = Date.now();
  while (Date.now() < end && Date.now() - countedAt < QUIET_MS) {
    const watchers = await clients.all();
    const shown = watchers.reduce((sum, watcher) => sum + watcher.shown.length, 0);
    if (shown !== count) [count, countedAt] = [shown, Date.now()];
    await delay(500);
  }
}
