import { headKey } from '@tocsin/contracts';
import { Observer } from '@tocsin/lab';
import { startStack, type ExternalSidecar, type Pair, type Stack } from '@tocsin/tools';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLocal, type LocalCall } from '../support/invocation/call-local.ts';
import { ClaimCheck } from '../support/redis/claim-check.ts';
import { sumMetric } from '../support/observe/metrics.ts';
import { eventually, readHead, readSetAsideIndex } from '../support/state.ts';

const FORGED_POSITION = { epoch: '8000000000000000-forged', offset: 1_000_000 };
const EXPIRES = new Date(Date.now() + 3_600_000).toISOString();
const FORGED = { id: 'forged', feed: 'all', severity: 'info', title: 'forged', createdAt: EXPIRES };

let stack: Stack;
let shop: ExternalSidecar;
let observer: Observer;
let redis: ReturnType<typeof createClient>;
let [bff, producer]: Pair[] = [];
/** Deposits and announces entries in a run that the bffs know: they have already processed the run's entry 1. */
let claimCheck: ClaimCheck;

beforeAll(async () => {
  stack = await startStack();
  [bff] = stack.bffs;
  [producer] = stack.producers;
  shop = await stack.startExternalSidecar('shop');
  redis = createClient({ url: `redis://${stack.redisHost}` });
  await redis.connect();
  observer = new Observer('client', bff!.url);
  await observer.ready();
  claimCheck = new ClaimCheck(producer!);
  const id = await claimCheck.deposit('all', 1);
  await claimCheck.announce('all', 1);
  await observer.untilShown([id]);
});
afterAll(async () => {
  observer.close();
  redis.destroy();
  await stack.stop();
});

const internalGrpcPort = ({ sidecar }: Pair): number => {
  const args = sidecar.spec.args ?? [];
  return Number(args[args.indexOf('--dapr-internal-grpc-port') + 1]);
};
const callAsShop = (path: string, method: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${shop.daprUrl}${path}`, {
    method,
    headers: { ...shop.daprHeaders, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const publish = async (id: string): Promise<void> => {
  const response = await fetch(`${producer!.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: id }),
  });
  expect(response.status).toBe(202);
};
/** Returns all data that an attack could change. */
const state = async () => ({
  head: (await redis.hGetAll(`bff||${headKey('all')}`)) as Record<string, string>,
  // Ignores keys that are written in the background, and the audit trail's keys, since the trail records the rejection.
  keys: (await redis.keys('*')).filter((key) => !/instance|notification-audit|known-keys/.test(key)).sort(),
  setAside: await readSetAsideIndex(bff!),
  // This count includes trimmed announcements.
  announced: (await redis.xInfoStream('notification-partitions'))['entries-added'],
  shown: observer.shown.map(({ id }) => id),
});
let marks = 0;
/** Runs an attack that must not write or show anything. The feed's epoch must not change. */
const expectHarmless = async (attack: () => Promise<void>): Promise<void> => {
  // The claim follows the broadcast, so entries for notifications already shown can still be unclaimed.
  await expect.poll(() => redis.keys('entry:*')).toEqual([]);
  const before = await state();
  await attack();
  // Wait long enough for any work that the attack has started.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await state()).toEqual(before);
  const mark = `mark-${++marks}`;
  await publish(mark);
  await observer.untilShown([mark]);
  expect(observer.shown.map(({ id }) => id)).toEqual([...before.shown, mark]);
  expect((await readHead(bff!, 'all'))?.epoch).toBe(
    (JSON.parse(before.head['data'] ?? '') as { epoch: string }).epoch,
  );
};

describe('an untrusted application', () => {
  it.each([
    ['a position far ahead', { feed: 'all', heard: FORGED_POSITION }],
    ['an offset far ahead', { feed: 'all', heard: { epoch: '', offset: 1_000_000 } }],
    ['a forged announcement', { feed: 'all', announced: { run: '', seq: 1_000 } }],
    ['an unreadable body', 'x'],
    ['no body', undefined],
  ])('should not be able to make a feed start a new epoch through the actor: %s', async (_what, body) => {
    const { epoch = '' } = (await readHead(bff!, 'all')) ?? {};
    const call = JSON.parse(
      JSON.stringify(body ?? null)
        .replace('"epoch":""', `"epoch":"${epoch}"`)
        .replace('"run":""', `"run":"${claimCheck.run}"`),
    ) as unknown;
    await expectHarmless(async () => {
      for (const method of ['take', 'other', 'remind/x', 'timer/x']) {
        const response = await callAsShop(`/v1.0/actors/Feed/all/method/${method}`, 'PUT', call);
        const text = await response.text();
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(text).not.toMatch(/Zod|at .*\.[tj]s|invalid_type/);
        if (method === 'take') expect(text).toContain('The call has no signature');
      }
    });
  });

  const routes: [app: 'bff' | 'producer', method: string, path: string, body?: unknown][] = [
    ['bff', 'PUT', 'actors/Feed/all/method/take', { feed: 'all', heard: FORGED_POSITION }],
    ['bff', 'DELETE', 'actors/Feed/all'],
    ['bff', 'PUT', 'actors/Partition/0/method/takeEntries', { partition: 0, run: 'F0000001', seq: 1_000 }],
    ['bff', 'DELETE', 'actors/Partition/0'],
    [
      'bff',
      'POST',
      'notification-pubsub--notification-partitions--default',
      { data: partitionAnnouncement(1_000) },
    ],
    [
      'bff',
      'POST',
      'notification-deadletters--notification-partitions-dead--default',
      { data: partitionAnnouncement(1_000) },
    ],
    [
      'bff',
      'POST',
      'notification-pubsub--notification-announcements--default',
      { data: feedAnnouncement(1_000) },
    ],
    [
      'bff',
      'POST',
      'notification-deadletters--notification-announcements-dead--default',
      { data: feedAnnouncement(1_000) },
    ],
    ['bff', 'POST', 'notification-deadletters--notifications-refused--default', { data: { event: 'x' } }],
    ['bff', 'POST', 'subscriptions/guessed', { data: feedAnnouncement(1_000) }],
    ['bff', 'GET', 'dapr/subscribe'],
    ['bff', 'GET', 'dapr/config'],
    ['producer', 'POST', 'job/x', { v: 1, at: Date.now(), notification: FORGED }],
    ['producer', 'POST', 'events/notifications', { id: 'forged', data: FORGED }],
    ['producer', 'POST', 'subscriptions/guessed', { id: 'forged', data: FORGED }],
    ['producer', 'GET', 'dapr/subscribe'],
    ['producer', 'GET', 'dapr/config'],
  ];

  it.each(routes)(
    'should be able to invoke only public methods: %s %s %s',
    async (app, method, path, body) => {
      await expectHarmless(async () => {
        const response = await callAsShop(`/v1.0/invoke/${app}/method/${path}`, method, body);
        expect([response.status, await response.json()]).toMatchObject([403, { code: 'forbidden' }]);
      });
    },
  );

  it.each(routes)(
    'should have no effect at a sidecar’s internal port: %s %s %s',
    async (app, verb, method, body) => {
      const pair = (app === 'bff' ? bff : producer) as Pair;
      const call = { verb: verb as LocalCall['verb'], method, body };
      await expectHarmless(async () => {
        const invoked = await callLocal(internalGrpcPort(pair), {
          ...call,
          headers: { 'dapr-caller-app-id': 'bff' },
        });
        expect([invoked.status, JSON.parse(invoked.text)]).toMatchObject([403, { code: 'forbidden' }]);
        // Without invocation headers, the call looks like it's from the application's own sidecar.
        const { status, text } = await callLocal(internalGrpcPort(pair), call);
        if (verb === 'GET') expect(text).not.toContain('notification-pubsub--');
        else if (verb === 'DELETE') expect(status).toBe(200);
        else if (method.startsWith('job/')) expect(status).toBe(404);
        else expect([403, 404, 503]).toContain(status);
      });
    },
  );

  it('should not be able to use the paths it finds in the subscription list', async () => {
    await expectHarmless(async () => {
      for (const pair of [bff, producer] as Pair[]) {
        const { text } = await callLocal(internalGrpcPort(pair), { verb: 'GET', method: 'dapr/subscribe' });
        const subscriptions = JSON.parse(text) as { route: string; topic: string }[];
        expect(subscriptions.length).toBeGreaterThan(1);
        for (const { route } of subscriptions) {
          const body = { id: 'forged', data: pair === bff ? feedAnnouncement(1_000) : FORGED };
          const response = await callLocal(internalGrpcPort(pair), { verb: 'POST', method: route, body });
          expect([403, 503]).toContain(response.status);
        }
      }
    });
  });

  it('should have its rejected calls counted by reason', async () => {
    const name = 'tocsin_bff_calls_refused_total';
    for (const reason of ['unsigned', 'invocation', 'unknown_subscription'])
      expect(await sumMetric(stack.bffs, name, { reason }), reason).toBeGreaterThan(0);
    expect(
      await sumMetric(stack.producers, 'tocsin_producer_calls_refused_total', { reason: 'unknown_job' }),
    ).toBe(1);
  });

  it('should not be able to take over turns by offering to host our actors', async () => {
    // This moves actors, so `hostile-host.test.ts` tries it on a separate stack.
    expect(await sumMetric(stack.bffs, 'tocsin_bff_takeovers_total', {})).toBe(0);
  });

  it('should be able to erase a feed with a name that isn’t valid in a path', async () => {
    const feed = 'user:a/b?100%#c d';
    const url = `${producer!.url}/notifications`;
    const body = JSON.stringify({ id: 'private', feed, title: 'private' });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(202);
    await eventually(async () => (await readHead(bff!, feed))?.offset === 1);
    const response = await callAsShop(
      `/v1.0/invoke/producer/method/feeds?feed=${encodeURIComponent(feed)}`,
      'DELETE',
    );
    expect([response.status, await response.json()]).toEqual([202, { feed }]);
    await eventually(async () => (await readHead(bff!, feed))?.epoch.endsWith('-erased'));
  });
});

/** Returns a forged announcement for a single feed, in version 0.1.0's format. The run is made up. */
function feedAnnouncement(seq: number) {
  return { v: 1, run: 'forgedrn', feed: 'all', seq, expiresAt: EXPIRES };
}

/** Returns a forged announcement for a partition. The run is made up. */
function partitionAnnouncement(seq: number) {
  return { v: 2, run: 'forgedrn', partition: 0, seq, expiresAt: EXPIRES };
}

describe('subscriptions', () => {
  it('should keep working when only a sidecar or only an application restarts', async () => {
    for (const pair of [bff, producer] as Pair[]) {
      await pair.sidecar.restart();
      await pair.ready();
      await publish(`after the sidecar of ${pair.name} restarted`.replaceAll(' ', '-'));
      await pair.app.restart();
      await pair.ready();
      await publish(`after ${pair.name}`.replaceAll(' ', '-'));
    }
    await stack.bffs[1]?.app.stop();
    await publish('by-one-alone');
    await observer.untilShown(['by-one-alone'], 30_000);
    await callAsShop('/v1.0/publish/notification-pubsub/notifications', 'POST', {
      id: 'from-topic',
      title: 'x',
    });
    await observer.untilShown(['from-topic'], 30_000);
    await stack.bffs[1]?.app.start();
    await stack.bffs[1]?.ready();
  });
});
