import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../../failure.ts';
import { Arrivals } from '../harness/arrivals.ts';
import type { Peer } from '../peers/peer.ts';
import { quantile } from '../quantile.ts';
import { withClients } from './clients.ts';
import { isAccepted, Publisher } from './publisher.ts';
import type { Figures, Work, WorkContext } from './work.ts';

/**
 * Requests that may be in flight while too much is offered; callers have no more connections than that. A producer
 * takes 1,000 (`MAX_CONNECTIONS`), and drops one that is opened anew before it has noticed that the old one is closed.
 */
const LANES = 800;
const IN_FLIGHT = 64;
const TICK_MS = 5;
const TIMES = 2;

/** Singles a second that the peer takes when each caller waits for its answer. */
async function capacityOf(publisher: Publisher, { numbers, sizes, signal }: WorkContext): Promise<number> {
  const first = numbers.next;
  const started = performance.now();
  const lane = async (index: number) => {
    while (performance.now() < started + sizes.singlesSeconds * 1000 && !signal.aborted) {
      await publisher.publish([numbers.take()], { lane: index });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => lane(index)));
  return (numbers.next - first) / ((performance.now() - started) / 1000);
}

/**
 * Offers `rate` a second, whatever the answers do.
 * @throws Failure for an answer that is neither 2xx nor a refusal, and for a request that gets none
 */
export async function offerAll(publisher: Publisher, rate: number, { numbers, sizes, signal }: WorkContext) {
  /** When each was offered, by its number. */
  const offered = new Map<number, number>();
  const accepted: number[] = [];
  const refusals = new Set<number>();
  const free = Array.from({ length: LANES }, (_, lane) => lane);
  const begun: Promise<void>[] = [];
  const failures: unknown[] = [];
  const one = async (lane: number) => {
    const n = numbers.take();
    offered.set(n, performance.now());
    const { status } = await publisher.offer([n], { lane });
    if (isAccepted(status)) accepted.push(n);
    else refusals.add(status);
    free.push(lane);
  };
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  while (seconds() < sizes.singlesSeconds && !signal.aborted && failures.length === 0) {
    const due = Math.floor(seconds() * rate) - begun.length;
    for (let i = 0; i < due && free.length > 0; i++)
      begun.push(one(free.pop() as number).catch((error: unknown) => void failures.push(error)));
    await delay(TICK_MS);
  }
  const offeredFor = seconds();
  await Promise.all(begun);
  if (failures.length > 0) throw failures[0];
  const wrong = [...refusals].filter((status) => status !== 429 && status !== 503);
  if (wrong.length > 0) throw new Failure(`Too much was answered ${wrong.join(', ')} instead of 429 or 503.`);
  return { offered, accepted, offeredFor, acceptedFor: seconds() };
}

async function overloadOf(peer: Peer, context: WorkContext): Promise<Figures> {
  const { numbers, sizes } = context;
  const arrivedAt = new Map<number, number>();
  const onComplete = (n: number) => void arrivedAt.set(n, performance.now());
  const arrivals = new Arrivals({ clients: sizes.singlesClients, first: numbers.next, onComplete });
  const onMessage = (client: number, message: Buffer) => arrivals.take(client, message);
  const publisher = await Publisher.open(peer, LANES, sizes.payload);
  try {
    return await withClients(peer, { count: sizes.singlesClients, onMessage }, async () => {
      const first = numbers.next;
      const capacity = await capacityOf(publisher, context);
      await arrivals.all(numbers.next - first, sizes.patienceMs);
      const { offered, accepted, offeredFor, acceptedFor } = await offerAll(
        publisher,
        TIMES * capacity,
        context,
      );
      const end = Date.now() + sizes.patienceMs;
      while (accepted.some((n) => !arrivedAt.has(n))) {
        if (Date.now() > end) throw new Failure('Not everything that was accepted has arrived.');
        await delay(50);
      }
      const delays = accepted.map((n) => (arrivedAt.get(n) ?? 0) - (offered.get(n) ?? 0));
      return {
        capacity,
        offered: offered.size / offeredFor,
        accepted: accepted.length / acceptedFor,
        p99: quantile(delays, 0.99) / 1000,
      };
    });
  } finally {
    publisher.close();
  }
}

/** Twice as much as it can take is offered: what it accepts then, and how long that takes to arrive. */
export const overload: Work = { id: 'overload', peers: ['tocsin'], run: overloadOf };
