import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Observer } from '@tocsin/lab';
import {
  ManagedProcess,
  ROOT,
  respondsOk,
  ensureRedisServer,
  freePorts,
  pollUntil,
  privateRedis,
  startStack,
  type ExternalSidecar,
  type Stack,
} from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTopic } from '../support/outbox/topic-reader.ts';

/** Tests what docs/guides/commit-state-and-notification.md says about Dapr's outbox. */
const EXAMPLE = join(ROOT, 'examples/outbox');
const COMPONENTS = join(EXAMPLE, 'components');
const KILLS = Number(process.env.OUTBOX_KILLS ?? 5);

let stack: Stack;
let shops: ExternalSidecar[];
let observer: Observer;
let topic: Awaited<ReturnType<typeof readTopic>>;
beforeAll(async () => {
  stack = await startStack({ bffs: 1 });
  const start = () => stack.startExternalSidecar('shop', { resources: COMPONENTS });
  shops = await Promise.all([start(), start()]);
  topic = await readTopic(stack.redisHost);
  observer = new Observer('client', stack.bffs[0]?.url ?? '');
  await observer.ready();
});
afterAll(async () => {
  observer.close();
  await topic.close();
  await stack.stop();
});

const first = () => shops[0] as ExternalSidecar;
const timesShown = (id: string) => observer.shown.filter((shown) => shown.id === id).length;
const setAside = async () => (await fetch(`${stack.bffs[0]?.url}/app/ops/dead-letters`)).text();

type Request = Record<string, unknown>;
const upsert = (key: string, value: unknown, members: Request = {}) => ({
  operation: 'upsert',
  request: { key, value, ...members },
});
const notify = (key: string, id: string, members: Request = { contentType: 'application/json' }) =>
  upsert(key, { id, title: id }, { metadata: { 'outbox.projection': 'true' }, ...members });
const transact = ({ daprUrl, daprHeaders }: ExternalSidecar, operations: unknown[]) =>
  fetch(`${daprUrl}/v1.0/state/orders/transaction`, {
    method: 'POST',
    headers: { ...daprHeaders, 'content-type': 'application/json' },
    body: JSON.stringify({ operations }),
  });
async function stateOf({ daprUrl, daprHeaders }: ExternalSidecar, key: string): Promise<unknown> {
  const text = await (await fetch(`${daprUrl}/v1.0/state/orders/${key}`, { headers: daprHeaders })).text();
  return text === '' ? undefined : JSON.parse(text);
}

/** Returns the highest number among the published orders. */
const newest = (): number =>
  Math.max(
    0,
    ...topic.events.map(({ notification = '' }) => Number(/^order-(\d+)-/.exec(notification)?.[1] ?? 0)),
  );

async function untilReady({ daprUrl, daprHeaders }: ExternalSidecar): Promise<void> {
  const isReady = () => respondsOk(`${daprUrl}/v1.0/healthz/outbound`, daprHeaders);
  expect(await pollUntil(isReady, { timeoutMs: 30_000 })).toBeUndefined();
}

describe("Dapr's outbox", () => {
  it('should publish the projection with the notification’s id so that repeated events are shown once', async () => {
    for (let i = 0; i < 2; i++)
      expect((await transact(first(), [upsert('a', { n: i }), notify('a', 'a-placed')])).status).toBe(204);
    await observer.untilShown(['a-placed']);
    await expect
      .poll(() => topic.events.filter(({ notification }) => notification === 'a-placed'))
      .toHaveLength(2);
    const ids = topic.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(await stateOf(first(), 'a')).toEqual({ n: 1 });
    expect(timesShown('a-placed')).toBe(1);
  });

  it('should publish several projections only if each one directly precedes its state in the transaction', async () => {
    const pairs = ['b', 'c'].map((key) => [upsert(key, 1), notify(key, `${key}-placed`)] as const);
    expect(
      (
        await transact(
          first(),
          pairs.flatMap(([state, sent]) => [sent, state]),
        )
      ).status,
    ).toBe(204);
    await observer.untilShown(['b-placed', 'c-placed']);
    // In the other order, daprd 1.18.1 panics and closes the connection without writing any data.
    const other = ['d', 'e'].map((key) => [upsert(key, 1), notify(key, `${key}-placed`)] as const);
    await expect(transact(first(), other.flat())).rejects.toThrow();
    expect(await stateOf(first(), 'd')).toBeUndefined();
  });

  it('should publish values without a projection too, and publish objects without a content type as text', async () => {
    expect((await transact(first(), [upsert('f', 'a stored value')])).status).toBe(204);
    expect((await transact(first(), [upsert('g', 1), notify('g', 'g-placed', {})])).status).toBe(204);
    await expect.poll(setAside).toContain('a stored value');
    await expect.poll(setAside).toContain('map[id:g-placed');
  });

  it('should publish even if an etag mismatch makes the transaction fail when the state is in Redis', async () => {
    const refused = upsert('a', 'changed', { etag: '99', options: { concurrency: 'first-write' } });
    expect((await transact(first(), [refused, notify('a', 'a-refused')])).status).toBe(500);
    expect(await stateOf(first(), 'a')).toEqual({ n: 1 });
    await observer.untilShown(['a-refused']);
    // After a retraction, a repeated transaction needs a notification with a new id.
    const address = `${stack.producers[0]?.url}/notifications/a-refused`;
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(202);
    expect((await transact(first(), [upsert('a', { n: 2 }), notify('a', 'a-refused')])).status).toBe(204);
    await expect
      .poll(() => topic.events.filter(({ notification }) => notification === 'a-refused'))
      .toHaveLength(2);
    expect((await transact(first(), [upsert('a', { n: 3 }), notify('a', 'a-refused-2')])).status).toBe(204);
    await observer.untilShown(['a-refused-2']);
    const page = await (await fetch(`${stack.bffs[0]?.url}/app/notifications?feed=all`)).text();
    const { publications } = JSON.parse(page) as { publications: { notification: { id: string } | null }[] };
    const ids = publications.map(({ notification }) => notification?.id);
    expect(ids).toContain('a-refused-2');
    expect(ids).not.toContain('a-refused');
  });

  it('should lose a notification if publishing fails, unless a resiliency policy retries', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tocsin-outbox-'));
    const [port = 0] = await freePorts(1);
    const server = await ensureRedisServer(() => undefined);
    const redisDir = join(dir, 'redis');
    const separateRedis = privateRedis({ server, port, dir: redisDir, logFile: join(dir, 'redis.log') });
    await separateRedis.start();
    /** Copies the components for an application. The copies use a separate Redis, so that only the topic fails. */
    const componentsOf = (appId: string, retries: boolean) => {
      const folder = join(dir, appId);
      cpSync(COMPONENTS, folder, { recursive: true });
      if (!retries) rmSync(join(folder, 'resiliency.yaml'));
      for (const file of readdirSync(folder)) {
        const text = readFileSync(join(folder, file), 'utf8')
          .replace(/localhost:6379\n\s*secretKeyRef: .*\n/, `127.0.0.1:${port}\n`)
          .replace('[shop]', `[${appId}]`);
        writeFileSync(join(folder, file), text);
      }
      return folder;
    };
    try {
      const [bare, kept] = await Promise.all(
        ['bare', 'kept'].map((appId) =>
          stack.startExternalSidecar(appId, { resources: componentsOf(appId, appId === 'kept') }),
        ),
      );
      const ids = Array.from({ length: 10 }, (_, i) => `${i}`);
      await stack.redis.kill();
      for (const id of ids) {
        expect(
          (await transact(bare as ExternalSidecar, [upsert(id, 1), notify(id, `bare-${id}`)])).status,
        ).toBe(204);
        expect(
          (await transact(kept as ExternalSidecar, [upsert(id, 1), notify(id, `kept-${id}`)])).status,
        ).toBe(204);
      }
      await delay(3_000);
      await stack.revive('redis');
      await observer.untilShown(
        ids.map((id) => `kept-${id}`),
        40_000,
      );
      const lost = ids.filter((id) => timesShown(`bare-${id}`) === 0);
      console.log(`outbox, topic down for 3 s: ${lost.length} of 10 lost without retries, 0 of 10 with them`);
      expect(lost).toEqual(ids);
    } finally {
      await separateRedis.stop();
    }
  });

  it(
    `should not lose or invent notifications when the publisher and the sidecars are killed ${KILLS} times`,
    async () => {
      const port = new URL(first().daprUrl).port;
      const app = new ManagedProcess({
        name: 'the shop',
        command: process.execPath,
        args: [join(EXAMPLE, 'place-orders.mjs')],
        env: {
          DAPR_HTTP_PORT: port,
          DAPR_API_TOKEN: first().daprHeaders['dapr-api-token'] ?? '',
          COUNT: '100000',
          PAUSE_MS: '5',
        },
        logFile: join(stack.logDir, 'shop.log'),
      });
      const sidecars = shops.map(({ sidecar }) => sidecar);
      const targets = [[app, sidecars[0]], [sidecars[0]], [sidecars[1], app], [app, ...sidecars]];
      await app.start();
      for (let kill = 0; kill < KILLS; kill++) {
        await untilReady(first());
        await delay(300 + Math.random() * 1_200);
        const killed = (targets[kill % targets.length] ?? []) as ManagedProcess[];
        await Promise.all(killed.map((target) => target.kill()));
        // Start shortly before the newest published order. Checking every order takes too long.
        const START = String(Math.max(1, newest() - 20));
        await Promise.all(killed.map((target) => target.start({ env: { START } })));
      }
      await delay(1_000);
      await app.kill();
      await untilReady(first());
      const placed: string[] = [];
      const isPlaced = async (number: number) => (await stateOf(first(), `order-${number}`)) !== undefined;
      for (let number = 1; await isPlaced(number); number++) placed.push(`order-${number}-placed`);
      expect(placed.length).toBeGreaterThan(KILLS);
      await observer.untilShown(placed, 40_000);
      // Leave time for notifications that shouldn't appear: duplicates, and any without an order.
      await delay(2_000);
      const shown = observer.shown.map(({ id }) => id).filter((id) => id.startsWith('order-'));
      const events = topic.events.filter(({ notification }) => notification?.startsWith('order-'));
      const eventIds = new Set(events.map(({ id }) => id));
      const withoutState = shown.filter((id) => !placed.includes(id));
      const log = readFileSync(first().sidecar.spec.logFile, 'utf8');
      const withoutTransaction = log.split('discarding message').length - 1;
      console.log(
        `outbox, ${KILLS} kills: ${placed.length} orders, lost ${placed.filter((id) => !shown.includes(id)).length}, ` +
          `without state ${withoutState.length}, shown twice ${shown.length - new Set(shown).size}, ` +
          `events ${events.length} (${events.length - eventIds.size} repeated by Dapr), ` +
          `messages without a transaction discarded: ${withoutTransaction}`,
      );
      expect(withoutState).toEqual([]);
      expect(shown.length).toBe(new Set(shown).size);
      // Events repeated by Dapr keep their id.
      expect(eventIds.size).toBe(placed.length);
    },
    90_000 + KILLS * 10_000,
  );
});
