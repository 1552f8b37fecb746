import { request } from 'node:http';
import { pageSchema, SOCKET_ERROR_CODES } from '@tocsin/contracts';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorsOf } from '../support/processes/logs.ts';
import { connectTo, sendFrame } from '../support/network/sockets.ts';

/** A fixed seed, so that each run generates the same cases. */
const SEED = 20_261_125;
const SESSIONS = 400;
const REQUESTS = 1_500;
const HANDSHAKES = 400;
/** Few enough that the bff doesn't close the connection for too many invalid requests. */
const REQUESTS_PER_CONNECTION = 15;

/** Short timeouts, so that silent sessions are closed quickly. */
const SHORT_TIMEOUTS = { HANDSHAKE_TIMEOUT_MS: '5000', PING_INTERVAL_MS: '5000', PING_TIMEOUT_MS: '5000' };

let stack: Stack;
let bff: Pair;
let witness: Socket;
beforeAll(async () => {
  stack = await startStack({ bffs: 1, bffEnv: SHORT_TIMEOUTS });
  bff = stack.bffs[0] as Pair;
  witness = await connectTo(bff.url);
});
afterAll(async () => {
  witness.close();
  await stack.stop();
});

/** Checks that the bff still serves a valid client during attacks. */
async function expectServes(): Promise<void> {
  const reply: unknown = await witness.timeout(10_000).emitWithAck('subscribe', { feed: 'all' });
  expect(reply).toMatchObject({ ok: true, feed: 'all' });
  expect(witness.connected).toBe(true);
  expect(bff.app.running).toBe(true);
}

const json = fc.oneof(
  fc.json(),
  fc.constantFrom('[', '{"a":', '"', '[[[[', '{"__proto__":{}}', 'NaN', '1e999'),
);
const digits = fc.oneof(fc.nat(12).map(String), fc.constantFrom('', '-', '99999999999999999999', '0x1'));
const namespace = fc.constantFrom('', '/,', '/admin,', '/a?b=c,', '/__proto__,', '/', ',');
const eventName = fc.oneof(
  fc.constantFrom('subscribe', 'unsubscribe', 'token', 'disconnect', 'connect', 'error', '__proto__'),
  fc.string(),
);

/** Event names as JSON. socket.io also allows numbers as names. */
const anyName = fc.oneof(
  eventName.map((name) => JSON.stringify(name)),
  fc.integer().map(String),
  json,
);

/** engine.io packets that contain socket.io packets, from nearly valid to pure noise. */
const packet = fc.oneof(
  fc.tuple(fc.nat(9), namespace, digits, json).map(([type, ...rest]) => `4${type}${rest.join('')}`),
  fc
    .tuple(fc.constantFrom('2', '3'), digits, anyName, fc.array(json, { maxLength: 3 }))
    .map(([type, id, name, args]) => `4${type}${id}[${[name, ...args].join(',')}]`),
  fc.tuple(fc.constantFrom('45', '46'), digits, json).map(([type, count, data]) => `${type}${count}-${data}`),
  fc.tuple(fc.nat(9), fc.string()).map(([type, rest]) => `${type}${rest}`),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const frame = fc.oneof(
  packet,
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

/** Mostly values of the right form, sometimes arbitrary JSON. */
const mostlyValid = <T>(right: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
const feed = mostlyValid(
  fc.oneof(
    fc.constant('all'),
    fc.stringMatching(/^topic:[a-z.]{1,20}$/),
    fc.string({ unit: 'grapheme' }).map((sub) => `user:${sub}`),
  ),
);
const position = mostlyValid(
  fc.record(
    { epoch: mostlyValid(fc.string()), offset: mostlyValid(fc.maxSafeInteger()) },
    { requiredKeys: [] },
  ),
);
const subscribe = fc.record({ feed, position }, { requiredKeys: [] });
const body = mostlyValid(
  fc.oneof(subscribe, fc.record({ feed }), fc.record({ token: mostlyValid(fc.string()) })),
);
const clientRequest = fc.record({
  name: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('subscribe', 'unsubscribe', 'token') },
    { weight: 1, arbitrary: fc.string().filter((name) => !RESERVED.has(name)) },
  ),
  body,
});
/** The socket.io client can't send these names. */
const RESERVED = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

const replySchema = z.union([
  z.strictObject({ ok: z.literal(true) }),
  pageSchema.extend({ ok: z.literal(true) }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({
      code: z.enum(SOCKET_ERROR_CODES),
      message: z.string().min(1),
      temporary: z.boolean(),
    }),
  }),
]);

const HANDSHAKE_LETTERS = [...new Set('abEIO0124=&%/?#.sidtransport_websocket'.split(''))];

const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] =>
  fc.sample(arbitrary, { seed: SEED, numRuns });

describe('the socket protocol', () => {
  it(
    'should serve every valid client while other clients send arbitrary frames',
    { timeout: 300_000 },
    async () => {
      const sessions = draw(fc.array(frame, { minLength: 1, maxLength: 8 }), SESSIONS);
      for (let at = 0; at < sessions.length; at += 20) {
        await Promise.all(
          sessions.slice(at, at + 20).map(async (frames) => {
            const socket = await connectTo(bff.url);
            for (const frame of frames) sendFrame(socket, frame);
            socket.close();
          }),
        );
        await expectServes();
      }
    },
  );

  it(
    'should serve every valid client while other clients post arbitrary data to polling sessions',
    { timeout: 300_000 },
    async () => {
      const bodies = draw(fc.array(packet, { maxLength: 8 }), SESSIONS / 2);
      for (const [index, packets] of bodies.entries()) {
        const url = `${bff.url}/hubs/?EIO=4&transport=polling`;
        const opened = await (await fetch(url)).text();
        const { sid } = z.object({ sid: z.string() }).parse(JSON.parse(opened.slice(1)));
        const posted = await fetch(`${url}&sid=${sid}`, {
          method: 'POST',
          body: ['40', ...packets].join('\u001e'),
        });
        expect([200, 400]).toContain(posted.status);
        if (index % 20 === 0) await expectServes();
      }
    },
  );

  it('should respond to every request as documented', { timeout: 300_000 }, async () => {
    const requests = draw(clientRequest, REQUESTS);
    for (let at = 0; at < requests.length; at += REQUESTS_PER_CONNECTION) {
      const socket = await connectTo(bff.url);
      await Promise.all(
        requests.slice(at, at + REQUESTS_PER_CONNECTION).map(async ({ name, body: sent }) => {
          const reply: unknown = await socket.timeout(20_000).emitWithAck(name, sent);
          const fault = replySchema.safeParse(reply).error?.message;
          expect(fault, `${name} ${JSON.stringify(sent)} → ${JSON.stringify(reply)}`).toBeUndefined();
        }),
      );
      socket.close();
    }
    await expectServes();
  });

  it('should reject invalid handshakes with problem documents', { timeout: 300_000 }, async () => {
    const text = fc.string({ unit: fc.constantFrom(...HANDSHAKE_LETTERS) });
    const parameter = fc.tuple(fc.constantFrom('EIO', 'transport', 'sid', 'b64', 'j', 't'), text);
    const handshake = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'OPTIONS', 'DELETE', 'HEAD'),
      query: fc.array(
        parameter.map(([name, value]) => `${name}=${value}`),
        { maxLength: 5 },
      ),
      upgrade: fc.boolean(),
      body: fc.string({ maxLength: 50 }),
    });
    for (const [index, { query, ...options }] of draw(handshake, HANDSHAKES).entries()) {
      const { status, type } = await sendHandshake(`/hubs/?${query.join('&')}`, options);
      expect([101, 200, 204, 400, 403, 404, 405, 429]).toContain(status);
      if (status >= 400) expect(type).toBe('application/problem+json');
      if (index % 40 === 0) await expectServes();
    }
  });

  it('should leave no open sessions or logged errors behind', async () => {
    const connections = async () => {
      const text = await (await fetch(`${bff.url}/metrics`)).text();
      return /^tocsin_bff_connections (\d+)$/m.exec(text)?.[1];
    };
    await expect.poll(connections, { timeout: 60_000 }).toBe('1');
    await expectServes();
    expect(errorsOf(bff.app)).toEqual([]);
  });
});

interface Handshake {
  method: string;
  upgrade: boolean;
  body: string;
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Sends a request without the validation that `fetch` does. Resolves when the response's headers have arrived. */
function sendHandshake(
  path: string,
  { method, upgrade, body: sent }: Handshake,
): Promise<{ status: number; type?: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      port: bff.port,
      host: '127.0.0.1',
      path,
      method,
      headers: upgrade ? UPGRADE : {},
    });
    outgoing.once('error', reject);
    outgoing.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0 });
    });
    outgoing.once('response', (response) => {
      const { 'content-type': type } = response.headers;
      resolve({ status: response.statusCode ?? 0, ...(type !== undefined && { type }) });
      response.destroy();
    });
    outgoing.end(method === 'POST' || method === 'PUT' ? sent : undefined);
  });
}
