import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decrypt } from 'http_ece';
import { importJWK, jwtVerify, type JWTPayload } from 'jose';
import type { PushSubscription } from '../../src/away/channels/channel.ts';

/** An accepted push: the signature was valid, and the body was encrypted for the device. */
export interface ReceivedPush {
  device: string;
  headers: IncomingMessage['headers'];
  claims: JWTPayload;
  /** The decrypted body. */
  text: string;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface TestPushService {
  origin: string;
  received: ReceivedPush[];
  /** Errors found in requests. */
  faults: string[];
  /** Subscribes a new device and returns the subscription, like a browser. */
  subscribe(device: string): PushSubscription;
  /** Sets the response to pushes for a device. Default: 201. */
  answer(device: string, answer: Answer | number): void;
  close(): Promise<void>;
}

/**
 * Starts a push service on loopback. Like a real push service, it refuses requests if the VAPID token doesn't match
 * `applicationServerKey` (403). Like a browser, it decrypts the body with the device's keys.
 */
export async function startPushService(applicationServerKey: string): Promise<TestPushService> {
  const devices = new Map<string, { curve: ReturnType<typeof createECDH>; auth: Buffer }>();
  const answers = new Map<string, Answer>();
  const received: ReceivedPush[] = [];
  const faults: string[] = [];
  let origin = '';

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handle(request, Buffer.concat(chunks)).then(
        (device) => {
          const answer = answers.get(device);
          if (answer) return answer(response, request);
          response.writeHead(201, { location: `${origin}/message/1` }).end();
        },
        (error: unknown) => {
          faults.push(String(error));
          response.writeHead(403).end('Forbidden');
        },
      );
    });
  });

  async function handle(request: IncomingMessage, body: Buffer): Promise<string> {
    const { headers, method, url = '' } = request;
    const device = url.replace('/push/', '');
    const keys = devices.get(device);
    if (method !== 'POST' || !keys) throw new Error(`Unknown resource ${method} ${url}`);
    if (headers['content-encoding'] !== 'aes128gcm') throw new Error('The body is not encrypted');
    if (body.length > 4096) throw new Error(`The body has ${body.length} bytes`);
    const claims = await claimsOf(headers.authorization ?? '');
    if (answers.has(device)) return device;
    const text = decrypt(body, {
      version: 'aes128gcm',
      privateKey: keys.curve,
      authSecret: keys.auth,
    }).toString('utf8');
    received.push({ device, headers, claims, text });
    return device;
  }

  /** Verifies the Authorization header (RFC 8292) and returns the token's claims. */
  async function claimsOf(authorization: string): Promise<JWTPayload> {
    const [, token = '', key = ''] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
    if (key !== applicationServerKey) throw new Error('The subscription was created with a different key');
    const point = Buffer.from(key, 'base64url');
    const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) };
    const { payload } = await jwtVerify(token, await importJWK(jwk, 'ES256'), {
      audience: origin,
      requiredClaims: ['sub', 'exp'],
      algorithms: ['ES256'],
    });
    if ((payload.exp ?? 0) > Date.now() / 1000 + 24 * 60 * 60)
      throw new Error("The token's lifetime is too long");
    return payload;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    faults,
    subscribe: (device) => {
      const curve = createECDH('prime256v1');
      const auth = randomBytes(16);
      devices.set(device, { curve, auth });
      return {
        endpoint: `${origin}/push/${device}`,
        keys: { p256dh: curve.generateKeys('base64url'), auth: auth.toString('base64url') },
      };
    },
    answer: (device, answer) =>
      answers.set(
        device,
        typeof answer === 'number' ? (response) => response.writeHead(answer).end('no') : answer,
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
