import { COMPONENTS, ENTRY_LIFE_MS, partitionEntryKey, scheduledSchema } from '@tocsin/contracts';
import { DaprClaimCheck, Sidecar } from '@tocsin/service';
import { respondsOk, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DaprAnnouncer } from '../../producer/src/dapr/announcer.ts';
import { checkReadiness } from '../../producer/src/dapr/backend.ts';
import { createDeleteJobs } from '../../producer/src/dapr/delete-jobs.ts';
import { DaprJobs } from '../../producer/src/dapr/jobs.ts';
import { DaprDueWindowStore } from '../../producer/src/dapr/due-window-store.ts';
import { DaprScheduleIndexStore } from '../../producer/src/dapr/schedule-index-store.ts';
import {
  dueWindowStoreSuite,
  jobsSuite,
  scheduleIndexStoreSuite,
} from '../../producer/testing/schedule-suites.ts';
import { announcerSuite } from '../../producer/testing/port-suites.ts';
import { claimCheckSuite } from '../../service/testing/claim-check-suite.ts';
import { openRedisView, type RedisView } from '../support/redis/redis.ts';

let stack: Stack;
let pair: Pair;
let redis: RedisView;
let sidecar: Sidecar;
let claimCheck: DaprClaimCheck;

beforeAll(async () => {
  stack = await startStack({ bffs: 0 });
  pair = stack.producers[0] as Pair;
  redis = await openRedisView(stack.redisHost);
  sidecar = new Sidecar({
    httpPort: pair.daprHttpPort,
    token: pair.daprHeaders['dapr-api-token'],
    timeoutMs: 1_000,
  });
  claimCheck = new DaprClaimCheck(sidecar);
});
afterAll(async () => {
  await sidecar.close();
  await redis.close();
  await stack.stop();
});

claimCheckSuite('Dapr', () => claimCheck);

announcerSuite('Dapr', () =>
  Promise.resolve({
    announcer: new DaprAnnouncer(sidecar),
    announced: async (run) =>
      (await redis.announcements()).filter((announcement) => announcement.run === run),
  }),
);

dueWindowStoreSuite('Dapr', () => Promise.resolve(new DaprDueWindowStore(sidecar)));
scheduleIndexStoreSuite('Dapr', () => Promise.resolve(new DaprScheduleIndexStore(sidecar)));

jobsSuite('Dapr', () => {
  const { deleteJobs } = createDeleteJobs({
    host: '127.0.0.1',
    grpcPort: Number(pair.app.spec.env.DAPR_GRPC_PORT),
    token: pair.daprHeaders['dapr-api-token'],
    timeoutMs: 1_000,
  });
  return Promise.resolve({
    jobs: new DaprJobs(sidecar, deleteJobs),
    // Jobs handed over to the producer move into the due window. They aren't due until after the test, so they stay
    // there.
    handedOver: async () => {
      const listed = await new DaprDueWindowStore(sidecar).readIndex();
      const documents = await new DaprDueWindowStore(sidecar).read(
        listed?.index.due.map(({ name }) => name) ?? [],
      );
      return documents.map((document) => scheduledSchema.parse(document).notification.id);
    },
  });
});

describe('Dapr', () => {
  const entry = {
    v: 2 as const,
    run: 'abcdefgh',
    partition: 0,
    seq: 1,
    expiresAt: '2999-01-01T00:00:00.000Z',
    notifications: [{ title: 'x' }],
  };

  it('should let an entry expire at the end of its lifetime', async () => {
    await claimCheck.deposit(entry);
    const left = await redis.secondsLeft(partitionEntryKey(entry));
    expect(left).toBeGreaterThan(ENTRY_LIFE_MS / 1_000 - 60);
    expect(left).toBeLessThanOrEqual(ENTRY_LIFE_MS / 1_000);
  });

  it('should report that it’s ready, and leave no data behind after the check', async () => {
    await checkReadiness(sidecar, claimCheck);
    expect(await redis.keys('*ready*')).toEqual([]);
  });

  it('should name the component or sidecar that isn’t ready instead of hanging', async () => {
    const started = Date.now();
    await stack.redis.kill();
    await expect(checkReadiness(sidecar, claimCheck)).rejects.toThrow(COMPONENTS.entries);
    await expect(claimCheck.deposit(entry)).rejects.toThrow();
    await stack.revive('redis');
    await pair.ready();
    await pair.sidecar.kill('SIGSTOP');
    // The sidecar can take a moment to stop on a busy machine.
    await expect.poll(() => respondsOk(`${pair.daprUrl}/v1.0/healthz`, pair.daprHeaders)).toBe(false);
    await expect(checkReadiness(sidecar, claimCheck)).rejects.toThrow('sidecar');
    await expect(new DaprAnnouncer(sidecar).announce(entry)).rejects.toThrow('sidecar');
    await pair.sidecar.kill('SIGCONT');
    await pair.ready();
    await checkReadiness(sidecar, claimCheck);
    expect(Date.now() - started).toBeLessThan(25_000);
  });
});
