import { createHash, randomBytes } from 'node:crypto';
import { createNotificationClient, fetchPage } from '@tocsin/client';
import { pollUntil, startStack, type Pair, type Stack } from '@tocsin/tools';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SECRET = randomBytes(32).toString('hex');
const KEYS = { shop: 'shop-key', hr: 'hr-key' };
const hash = (key: string) => createHash('sha256').update(key).digest('hex');
const RECORDS = [
  { name: 'shop', hash: hash(KEYS.shop), feeds: ['all', 'topic:orders*'], perSecond: 5 },
  { name: 'hr', hash: hash(KEYS.hr), feeds: ['user:*'], perSecond: 100 },
];

const tokenOf = (sub: string, feeds: string[] = [], secret = SECRET) =>
  new SignJWT({ sub, feeds })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('tocsin')
    .setAudience('tocsin')
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));

/** Two bffs with a real Redis and real sidecars. The secrets are in the sidecars' secret stores. */
describe('a stack that requires tokens and API keys', () => {
  let stack: Stack;
  const closes: (() => void)[] = [];

  beforeAll(async () => {
    stack = await startStack({
      bffEnv: { AUTH_MODE: 'jwt' },
      producerEnv: { API_KEYS: 'on' },
      secrets: {
        NOTIFICATION_SECRETS_jwt: SECRET,
        NOTIFICATION_KEYS_apikeys: JSON.stringify(RECORDS),
        NOTIFICATION_SECRETS_other: 'not for the bff',
        NOTIFICATION_KEYS_other: 'not for the producer',
      },
    });
  });
  afterAll(async () => {
    for (const close of closes) close();
    await stack.stop();
  });

  const post = (feed: string, id: string, key?: string) =>
    fetch(`${stack.producers[0]?.url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== undefined && { 'x-api-key': key }) },
      body: JSON.stringify({ id, feed, title: id }),
    });

  /**
   * Subscribes a reader to feeds on an instance, and records shown notifications and rejected feeds. The reader's token
   * lists `topics`.
   */
  async function reader(bff: Pair | undefined, sub: string, topics: string[], feeds: string[]) {
    const shown: string[] = [];
    const refused: string[] = [];
    const client = createNotificationClient({ url: bff?.url ?? '', getToken: () => tokenOf(sub, topics) });
    closes.push(() => client.close());
    for (const feed of feeds) {
      client.subscribe(feed, {
        onPublications: (publications) =>
          shown.push(...publications.map(({ notification }) => notification.id)),
        onRefused: ({ code }) => refused.push(`${feed} ${code}`),
      });
    }
    const fault = await pollUntil(async () => client.status === 'live', { timeoutMs: 20_000 });
    expect(fault).toBeUndefined();
    return { shown, refused };
  }

  it('should report that it’s ready and which credentials it requires', async () => {
    const ready = (pair: Pair | undefined) =>
      fetch(`${pair?.url}/readyz`).then((response) => response.json());
    expect(await ready(stack.bffs[0])).toEqual({ status: 'ready', auth: 'jwt' });
    expect(await ready(stack.producers[0])).toEqual({ status: 'ready', auth: 'api-keys' });
  });

  it('should show each reader only their own feeds, on both instances', async () => {
    const feeds = ['all', 'user:ada', 'user:ben', 'topic:orders-eu'];
    const [first, second] = stack.bffs;
    const ada = await reader(first, 'ada', ['orders*'], feeds);
    const adaElsewhere = await reader(second, 'ada', [], feeds);
    const ben = await reader(second, 'ben', [], feeds);
    expect(ada.refused).toEqual(['user:ben forbidden']);
    expect(adaElsewhere.refused.sort()).toEqual(['topic:orders-eu forbidden', 'user:ben forbidden']);
    expect(ben.refused.sort()).toEqual(['topic:orders-eu forbidden', 'user:ada forbidden']);
    const statuses = [
      await post('user:ada', 'for-ada', KEYS.hr),
      await post('user:ben', 'for-ben', KEYS.hr),
      await post('topic:orders-eu', 'order', KEYS.shop),
      await post('all', 'for-all', KEYS.shop),
      await post('all', 'no-key'),
      await post('all', 'wrong-feed', KEYS.hr),
    ].map(({ status }) => status);
    expect(statuses).toEqual([202, 202, 202, 202, 401, 403]);
    await expect.poll(() => ada.shown.toSorted()).toEqual(['for-ada', 'for-all', 'order']);
    await expect.poll(() => adaElsewhere.shown.toSorted()).toEqual(['for-ada', 'for-all']);
    await expect.poll(() => ben.shown.toSorted()).toEqual(['for-all', 'for-ben']);
  });

  it('should grant the same access over HTTP', async () => {
    const url = stack.bffs[1]?.url ?? '';
    const page = await fetchPage(url, { feed: 'user:ada' }, { token: await tokenOf('ada') });
    expect(page.publications.map(({ notification }) => notification?.id)).toEqual(['for-ada']);
    await expect(fetchPage(url, { feed: 'user:ada' }, { token: await tokenOf('ben') })).rejects.toMatchObject(
      {
        status: 403,
        code: 'forbidden',
      },
    );
    const forged = await tokenOf('ada', [], 'x'.repeat(64));
    await expect(fetchPage(url, {}, { token: forged })).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(fetchPage(url)).rejects.toMatchObject({ status: 401 });
  });

  it('should enforce an API key’s rate limit', async () => {
    const responses = await Promise.all(
      Array.from({ length: 80 }, (_, i) => post('all', `many-${i}`, KEYS.shop)),
    );
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(responses.length - refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });

  it('should let each application read only the secrets it needs', async () => {
    const [producer, bff] = [stack.producers[0], stack.bffs[0]];
    const status = async (pair: Pair | undefined, secret: string) => {
      const response = await fetch(`${pair?.daprUrl}/v1.0/secrets/${secret}`, {
        headers: pair?.daprHeaders ?? {},
      });
      return response.status;
    };
    expect(await status(bff, 'notification-secrets/jwt')).toBe(200);
    expect(await status(producer, 'notification-keys/apikeys')).toBe(200);
    expect(await status(bff, 'notification-secrets/other')).toBe(403);
    expect(await status(producer, 'notification-keys/other')).toBe(403);
    expect(await status(bff, 'environment/HOST')).toBe(403);
    expect(await status(bff, 'notification-keys/apikeys')).not.toBe(200);
    expect(await status(producer, 'notification-secrets/jwt')).not.toBe(200);
    const all = await fetch(`${bff?.daprUrl}/v1.0/secrets/notification-secrets/bulk`, {
      headers: bff?.daprHeaders ?? {},
    });
    expect(Object.keys((await all.json()) as object).sort()).toEqual(['internal', 'jwt']);
  });
});
