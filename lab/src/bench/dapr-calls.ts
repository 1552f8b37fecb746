import { randomUUID } from 'node:crypto';
import { ACTOR_TYPE, COMPONENTS, SECRETS, TOPICS } from '@tocsin/contracts';
import {
  DaprClaimCheck,
  SIGNATURE_HEADER,
  Sidecar,
  Signer,
  actorCallPurpose,
  parseSigningKeys,
} from '@tocsin/service';
import { Failure } from '@tocsin/tools/failure';
import type { Pair } from '@tocsin/tools/stack/pair';
import { median } from './quantile.ts';

/** Median latency (ms) of each Dapr call that a notification needs, measured with one call at a time. */
export type DaprCalls = Record<
  'create' | 'publish' | 'actor call' | 'get' | 'transaction' | 'get-delete',
  number
>;

const WARM_UP = 50;

const connect = (pair: Pair): Sidecar =>
  new Sidecar({ httpPort: pair.daprHttpPort, token: pair.daprHeaders['dapr-api-token'], timeoutMs: 10_000 });

/**
 * Measures only Dapr calls: the producer's calls through a producer sidecar, and the bff's calls through a bff sidecar.
 */
export async function measureDaprCalls(producer: Pair, bff: Pair, times: number): Promise<DaprCalls> {
  const [producerSidecar, bffSidecar] = [connect(producer), connect(bff)];
  const keys = Array.from({ length: times + WARM_UP }, () => `bench:${randomUUID()}`);
  const data = {
    v: 1,
    notifications: [{ id: randomUUID(), title: 'measured', createdAt: new Date().toISOString() }],
  };
  const feed = 'topic:bench-floor';
  const { store, name } = SECRETS.internal;
  try {
    const secret = parseSigningKeys((await bffSidecar.getSecret(store, name)) ?? '');
    const signer = new Signer(() => secret);
    const callTake = async () => {
      const body = JSON.stringify({ feed });
      const { signature } = signer.sign(actorCallPurpose('take', feed), body);
      const headers = { [SIGNATURE_HEADER]: signature };
      const answer = await bffSidecar.callActor(ACTOR_TYPE, feed, 'take', body, { headers });
      if (answer === undefined) throw new Failure('the actor answered with something other than JSON');
    };
    return {
      create: await measureCalls(keys, (key) => new DaprClaimCheck(producerSidecar).write(key, data)),
      publish: await measureCalls(keys, () =>
        // Don't publish to the announcements topic: this message refers to no entry.
        producerSidecar.publish(COMPONENTS.pubsub, TOPICS.refusedNotifications, { run: 'bench', seq: 1 }),
      ),
      'actor call': await measureCalls(keys, callTake),
      get: await measureCalls(keys, (key) => new DaprClaimCheck(bffSidecar).peek(key)),
      transaction: await measureCalls(keys, (key) =>
        bffSidecar.transact(COMPONENTS.state, [
          { operation: 'upsert', key: `${key}:segment`, value: data, ttlInSeconds: 600 },
          { operation: 'upsert', key: `${key}:head`, value: data, etag: '-1', ttlInSeconds: 600 },
        ]),
      ),
      'get-delete': await measureCalls(keys, (key) => new DaprClaimCheck(bffSidecar).pop(key)),
    };
  } finally {
    await Promise.all([producerSidecar.close(), bffSidecar.close()]);
  }
}

/** Calls `call` sequentially for all keys. Returns the median latency (ms), excluding the warm-up. */
async function measureCalls(
  keys: readonly string[],
  call: (key: string) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (const key of keys) {
    const started = performance.now();
    await call(key);
    times.push(performance.now() - started);
  }
  return median(times.slice(WARM_UP));
}
