import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@tocsin/service';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureSockets } from './azure.ts';
import { SECRET, secretToken } from '../../../testing/forge.ts';
import { serveBff } from '../../../testing/served-bff.ts';

const KEY = 'a2V5LWZvci10ZXN0cy1vbmx5LW5vdC1hLXJlYWwtb25l';
/** Valid, but no server is listening there, so the instance keeps trying to connect. */
const ENDPOINT = 'https://127.0.0.1:9';
const STRING = `Endpoint=${ENDPOINT};AccessKey=${KEY};Version=1.0;`;

describe('a connection string', () => {
  const log = createLogger('bff', 'silent');
  const createFrom = (text: string | undefined) =>
    createAzureSockets({ readSecret: async () => text }, log, 0);

  it.each([
    ['missing', undefined, 'there is no connection string'],
    ['empty', '', 'there is no connection string'],
    ['not a connection string', `hello ${KEY}`, 'it has no Endpoint=https://'],
    ['without a key', `Endpoint=${ENDPOINT};Version=1.0;`, 'it has no AccessKey='],
    ['without TLS', `Endpoint=http://127.0.0.1:9;AccessKey=${KEY};`, 'it has no Endpoint=https://'],
    ['without an address', `Endpoint=;AccessKey=${KEY};`, 'it has no Endpoint=https://'],
  ])(
    "should be refused with an error that explains the fix but doesn't reveal the key: %s",
    async (_what, text, why) => {
      const refused = await createFrom(text).then(
        () => '',
        (error: unknown) => String(error),
      );
      expect(refused).toContain(why);
      expect(refused).toContain('Add the Web PubSub for Socket.IO connection string');
      expect(refused).toContain('notification-secrets secret store');
      expect(refused).not.toContain(KEY);
    },
  );

  it.each([STRING, ` ${STRING}\n`, `accesskey=${KEY};endpoint=${ENDPOINT}/`])(
    'should be accepted: %s',
    async (text) => {
      expect((await createFrom(text)).endpoint).toBe(ENDPOINT);
    },
  );

  it('should be requested repeatedly until the sidecar has started', async () => {
    let reads = 0;
    const readSecret = async () => {
      if (++reads === 1) throw new Error('the sidecar is not ready yet');
      return STRING;
    };
    expect((await createAzureSockets({ readSecret }, log, 10_000)).endpoint).toBe(ENDPOINT);
  });

  it("should be reported as unreadable if the sidecar doesn't start", async () => {
    const readSecret = () => Promise.reject(new Error('No response.'));
    await expect(createAzureSockets({ readSecret }, log, -1)).rejects.toThrow(
      'BROADCASTER is azure, but notification-secrets cannot be read: No response. Start the sidecar.',
    );
  });

  it('should be required to start an instance', async () => {
    await expect(serveBff({ BROADCASTER: 'azure' })).rejects.toThrow(/BROADCASTER is azure, but there is no/);
  });
});

describe('an instance with BROADCASTER=azure', () => {
  const uiDist = mkdtempSync(join(tmpdir(), 'tocsin-azure-'));
  let bff: Awaited<ReturnType<typeof serveBff>>;
  beforeAll(async () => {
    writeFileSync(join(uiDist, 'index.html'), '<html><head></head><body></body></html>');
    const env = { BROADCASTER: 'azure', UI_DIST: uiDist, AUTH_MODE: 'jwt' };
    bff = await serveBff(env, { azure: STRING, jwt: SECRET });
  });
  afterAll(async () => {
    await bff.stop();
    rmSync(uiDist, { recursive: true, force: true });
  });

  const negotiate = (headers: Record<string, string> = {}) => fetch(`${bff.url}/app/negotiate`, { headers });

  it('should tell a reader where to connect, and provide a short-lived token', async () => {
    const response = await negotiate({ authorization: `Bearer ${secretToken({ sub: 'ada' })}` });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { token, ...address } = (await response.json()) as { token: string };
    expect(address).toEqual({ endpoint: ENDPOINT, path: '/clients/socketio/hubs/tocsin' });
    const { aud, sub, exp = 0, iat = 0 } = decodeJwt(token);
    expect({ aud, sub, life: exp - iat }).toEqual({
      aud: `${ENDPOINT}/clients/socketio/hubs/tocsin`,
      sub: 'ada',
      life: 300,
    });
  });

  it('should refuse requests without a token', async () => {
    expect((await negotiate()).status).toBe(401);
  });

  it('should tell the page to negotiate, and only let it connect to its own host and Azure', async () => {
    const page = await fetch(bff.url);
    expect(await page.text()).toContain('<meta name="tocsin-negotiate"');
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain(`connect-src 'self' ${ENDPOINT} ${ENDPOINT.replace('https', 'wss')}`);
  });

  it('should not accept connections itself or be ready without Azure', async () => {
    expect((await fetch(`${bff.url}/hubs/?EIO=4&transport=polling`)).status).toBe(404);
    const ready = await fetch(`${bff.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('Azure Web PubSub')]);
  });
});

it('should have no negotiate route if browsers connect to the instance', async () => {
  const bff = await serveBff({});
  expect((await fetch(`${bff.url}/app/negotiate`)).status).toBe(404);
  await bff.stop();
});
