import { COMPONENTS, type Position } from '@tocsin/contracts';
import { Failure } from '@tocsin/tools/failure';
import { pollUntil } from '@tocsin/tools/net/poll';
import { startStack, type Stack } from '@tocsin/tools/stack/stack';
import { Caller, makeNotifications } from '../ledger/caller.ts';
import { connectRound } from './connect-round.ts';
import { median } from './quantile.ts';
import { parseAcknowledgement, RawClient } from './raw-client.ts';
import { readMetric } from './read-metric.ts';

const CLIENTS = 1_000;
const MISSED = 100;
const FEED = 'all';
/** Warm-up rounds per kind, to let V8 compile the code. */
const WARM_UP = 3;
const ROUNDS = 10;
/** Target for the time to connect and recover, relative to the time to only connect and subscribe. */
const TARGET = 1.5;

export interface RecoveryFigures {
  /** Median time (ms) from the first connect to the last acknowledgement for clients that don't recover. */
  plain: number;
  /** Like `plain`, but for clients that recover. */
  recovering: number;
  ratio: number;
  /** For each instance, the number of state store reads while all clients recovered for the first time. */
  stateReads: number[];
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run bench:recovery`: compares 1,000 clients recovering at the same time with 1,000 that only connect and
 * subscribe.
 */
export async function benchRecovery(_args: string[], signal: AbortSignal): Promise<number> {
  const stack = await startStack({ env: { LOG_LEVEL: 'warn' } });
  try {
    const { plain, recovering, ratio, stateReads } = await measureRecovery(stack, { signal });
    const row = (name: string, ms: number) => say(`  ${name.padEnd(40)} ${ms.toFixed(0).padStart(6)} ms`);
    say(
      `\n${CLIENTS} clients at once on ${stack.bffs.length} instances, medians of ${ROUNDS} interleaved rounds of each kind`,
    );
    row('connect and subscribe', plain);
    row(`connect and recover ${MISSED} publications each`, recovering);
    say(
      `state store reads during the first recovery of all ${CLIENTS} clients, per instance: ${stateReads.join(', ')}`,
    );
    say(`all recovered; ratio: ${ratio.toFixed(2)} (target: at most ${TARGET})`);
    return ratio <= TARGET ? 0 : 1;
  } finally {
    await stack.stop();
  }
}

/**
 * Publishes to a stack without clients, restarts the instances, then has clients recover in rounds.
 * @throws Failure if a client did not receive exactly the publications that it missed
 */
export async function measureRecovery(
  stack: Stack,
  { rounds = ROUNDS, signal }: { rounds?: number; signal?: AbortSignal } = {},
): Promise<RecoveryFigures> {
  const urls = stack.bffs.map(({ url }) => url);
  const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
  const published = makeNotifications(2 * MISSED);
  await caller.post(published);
  const position = await positionToRecoverFrom(urls[0] as string, published.length);
  for (const { app } of stack.bffs) await app.restart();
  await Promise.all(stack.bffs.map((pair) => pair.ready()));

  const round = { urls, clients: CLIENTS, feed: FEED };
  const recover = async (): Promise<number> => {
    const { ms, acknowledgements } = await connectRound({ ...round, position });
    acknowledgements.forEach((acknowledgement) => requireAllMissed(acknowledgement, position));
    return ms;
  };
  const before = await readsOf(stack);
  await recover();
  const after = await readsOf(stack);
  const times = { plain: [] as number[], recovering: [] as number[] };
  for (let index = 0; index < WARM_UP + rounds && !signal?.aborted; index++) {
    const plain = async () => times.plain.push((await connectRound(round)).ms);
    const recovering = async () => times.recovering.push(await recover());
    // Reverse the order every other round, so that each kind runs equally often after itself and after the other kind.
    for (const kind of index % 2 === 0 ? [plain, recovering] : [recovering, plain]) await kind();
  }
  const [plain, recovering] = [times.plain, times.recovering].map((all) => median(all.slice(WARM_UP))) as [
    number,
    number,
  ];
  const stateReads = after.map((count, index) => count - (before[index] ?? 0));
  return { plain, recovering, ratio: recovering / plain, stateReads };
}

/**
 * Waits until `published` publications have arrived. Returns the position of a client that missed the newest `MISSED`
 * of them.
 */
async function positionToRecoverFrom(url: string, published: number): Promise<Position> {
  const client = await RawClient.connect(url);
  let position: Position | undefined;
  const findPosition = async () => {
    const response = parseAcknowledgement(await client.subscribe(FEED));
    if (!response.ok || response.offset < published) return false;
    position = { epoch: response.epoch, offset: response.offset - MISSED };
    return true;
  };
  const fault = await pollUntil(findPosition, { timeoutMs: 20_000 });
  client.close();
  if (!position) throw new Failure(`the published notifications did not arrive: ${fault}`);
  return position;
}

function requireAllMissed(acknowledgement: Buffer, from: Position): void {
  const response = parseAcknowledgement(acknowledgement);
  if (!response.ok) throw new Failure(`the server rejected a client: ${response.error.message}`);
  const { recovered, more, publications } = response;
  const offsets = publications.map(({ offset }) => offset - from.offset);
  const isComplete = offsets.length === MISSED && offsets.every((offset, index) => offset === index + 1);
  if (!recovered || more || !isComplete)
    throw new Failure(`a client did not receive the ${MISSED} publications that it missed`);
}

/** For each instance, the number of state store reads so far, as counted by its sidecar. */
const readsOf = (stack: Stack): Promise<number[]> =>
  Promise.all(
    stack.bffs.map(async ({ daprMetricsUrl }) => {
      const [single, bulk] = await Promise.all(
        ['get', 'bulk_get'].map((operation) =>
          readMetric(daprMetricsUrl, 'dapr_component_state_count', {
            component: COMPONENTS.state,
            operation,
          }),
        ),
      );
      return (single ?? 0) + (bulk ?? 0);
    }),
  );
