import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SECRETS, type AuditRecord, type AuditStream } from '@tocsin/contracts';
import {
  OPERATE_PURPOSE,
  PUBLISH_PURPOSE,
  SIGNATURE_HEADER,
  Signer,
  parseConfig,
  parseSigningKeys,
} from '@tocsin/service';
import { pause } from '@tocsin/contracts/pause';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startProducer } from './app.ts';
import type { Backend } from './backend.ts';
import { hashOf } from './auth/callers.ts';
import { producerSettings } from './config.ts';
import { MemoryJobs } from './memory/jobs.ts';
import { MemoryKeyUseStore } from './memory/key-use-store.ts';
import { MemoryKnownKeys } from './memory/known-keys.ts';
import { MemoryScheduleIndexStore } from './memory/schedule-index-store.ts';
import { MemoryDueWindowStore } from './memory/due-window-store.ts';
import { FaultyBackend } from '../testing/faulty-backend.ts';
import { freePorts } from '../../tools/src/net/ports.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function start(env: Record<string, string> = {}, secrets: Record<string, string> = {}) {
  const faulty = new FaultyBackend();
  const audited: { stream: AuditStream; record: AuditRecord }[] = [];
  let closed = 0;
  const backend: Backend = {
    entries: faulty.entries,
    announcer: faulty.announcer,
    dueWindowStore: new MemoryDueWindowStore(),
    scheduleIndexStore: new MemoryScheduleIndexStore(),
    keyUses: new MemoryKeyUseStore(),
    auditSink: { append: async (stream, record) => void audited.push({ stream, record }) },
    knownKeys: new MemoryKnownKeys(),
    refuse: () => Promise.resolve(),
    fetchReceipts: (query) => Promise.resolve({ ...query, fallbacks: [] }),
    createJobs: (handOver) => new MemoryJobs(handOver),
    readSecret: (name) => Promise.resolve(secrets[name]),
    subscriptions: () => Promise.resolve([]),
    ready: () => Promise.resolve(),
    close: () => {
      closed++;
      return Promise.resolve();
    },
  };
  const [port, internalPort] = await freePorts(2);
  const config = parseConfig(producerSettings, {
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    LOG_LEVEL: 'silent',
    ...env,
  });
  const app = await startProducer(config, backend);
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= app.stop());
  stops.push(stop);
  const url = `http://127.0.0.1:${port}`;
  const post = (id: string) =>
    fetch(`${url}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id, title: id }),
    });
  return {
    faulty,
    audited,
    config,
    backend,
    post,
    stop,
    url,
    internalUrl: `http://127.0.0.1:${internalPort}`,
    closed: () => closed,
  };
}

describe('the producer', () => {
  it('should serve both ports, and publish demo notifications if enabled', async () => {
    const { faulty, url, internalUrl } = await start({ DEMO_INTERVAL_MS: '10' });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${internalUrl}/healthz`)).status).toBe(200);
    await expect.poll(() => faulty.announced.length).toBeGreaterThan(3);
  });

  it('should require API keys on both ports, except from the bff and for demo notifications', async () => {
    const keys = [{ name: 'a', hash: hashOf('key'), feeds: ['all'], perSecond: 5 }];
    const env = { API_KEYS: 'on', DEMO_INTERVAL_MS: '10' };
    const secret = 'a secret that producer and bff share';
    const secrets = {
      [SECRETS.apiKeys.name]: JSON.stringify(keys),
      [SECRETS.internalOfProducer.name]: secret,
    };
    const { faulty, post, url, internalUrl } = await start(env, secrets);
    expect((await post('a')).status).toBe(401);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    const request = { method: 'POST', body: '{"title":"x"}' };
    const headers = { 'content-type': 'application/json' };
    const withKey = { ...request, headers: { ...headers, 'x-api-key': 'key' } };
    expect((await fetch(`${url}/notifications`, withKey)).status).toBe(202);
    const postInternally = async (
      more: Record<string, string>,
      body = request.body,
      path = '/notifications',
    ) =>
      (await fetch(`${internalUrl}${path}`, { method: 'POST', body, headers: { ...headers, ...more } }))
        .status;
    expect(await postInternally({})).toBe(401);
    expect(await postInternally({ 'x-api-key': 'key' })).toBe(202);
    const list = '{"do":"list-schedules"}';
    expect(await postInternally({ 'x-api-key': 'key' }, list, '/operations'), 'only the bff').toBe(401);
    expect((await fetch(`${internalUrl}/feeds/all`, { method: 'DELETE' })).status).toBe(401);
    const signer = new Signer(() => parseSigningKeys(secret));
    const sign = (body: string) => ({ [SIGNATURE_HEADER]: signer.sign(PUBLISH_PURPOSE, body).signature });
    const signed = sign(request.body);
    expect(await postInternally(signed)).toBe(202);
    expect(await postInternally(signed), 'replayed').toBe(401);
    expect(await postInternally(sign('{}')), 'another body').toBe(401);
    expect(await postInternally({ [SIGNATURE_HEADER]: 'v1.0.guessed' })).toBe(401);
    const erasure = { method: 'DELETE', headers: sign('') };
    expect((await fetch(`${internalUrl}/feeds/all`, erasure)).status, 'another route').toBe(401);
    const signedRequest = { ...request, headers: { ...headers, ...sign(request.body) } };
    expect((await fetch(`${url}/notifications`, signedRequest)).status).toBe(401);
    await expect.poll(() => faulty.announced.length).toBeGreaterThan(5);
  });

  it('should require the bff’s signature for operations if the producer has the secret, even if API keys are off', async () => {
    const secret = 'a secret that producer and bff share';
    const body = '{"do":"list-schedules"}';
    const operate = async (internalUrl: string, more: Record<string, string> = {}) => {
      const headers = { 'content-type': 'application/json', ...more };
      return (await fetch(`${internalUrl}/operations`, { method: 'POST', headers, body })).status;
    };
    const signer = new Signer(() => parseSigningKeys(secret));
    const signed = { [SIGNATURE_HEADER]: signer.sign(OPERATE_PURPOSE, body).signature };
    const withSecret = await start({}, { [SECRETS.internalOfProducer.name]: secret });
    expect(await operate(withSecret.internalUrl)).toBe(401);
    expect(await operate(withSecret.internalUrl, signed)).toBe(200);
    expect(await operate(withSecret.internalUrl, signed), 'replayed').toBe(401);
    expect((await withSecret.post('a')).status).toBe(202);
    const withoutSecret = await start();
    expect(await operate(withoutSecret.internalUrl)).toBe(200);
    expect(await operate(withoutSecret.internalUrl, signed)).toBe(200);
  });

  it('should not be ready until it has read valid API keys', async () => {
    const { url } = await start({ API_KEYS: 'on' }, { [SECRETS.apiKeys.name]: '[{}]' });
    await expect.poll(async () => (await fetch(`${url}/readyz`)).text()).toContain('is invalid: 0.name');
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
  });

  it('should finish requests in progress, repeat the last announcement and close all connections when stopped', async () => {
    const { faulty, post, stop, url, internalUrl, closed } = await start();
    faulty.latencyMs = 100;
    const publishing = post('a');
    await expect.poll(() => faulty.calls.length).toBe(1);
    await stop();
    expect((await publishing).status).toBe(202);
    expect(faulty.announced.map(({ seq }) => seq)).toEqual([1, 1]);
    expect(closed()).toBe(1);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    await expect(fetch(`${internalUrl}/healthz`)).rejects.toThrow();
  });

  it('should not be ready while stopping, and should reject requests on connections that are still open', async () => {
    const { faulty, post, stop, internalUrl } = await start();
    faulty.latencyMs = 300;
    const publishing = post('a');
    await expect.poll(() => faulty.calls.length).toBe(1);
    const stopped = stop();
    const response = await fetch(`${internalUrl}/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"b","title":"b"}',
    });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ids: ['b'] });
    await stopped;
    expect((await publishing).status).toBe(202);
  });

  it('should write or report the last audit records before the forced exit after 10 s, even if all calls hang', async () => {
    const { faulty, backend, config, post, stop } = await start();
    const forever = () => new Promise<never>(() => undefined);
    faulty.entries.deposit = forever;
    backend.close = forever;
    backend.auditSink.append = forever;
    const publishing = post('a').catch(() => undefined);
    for (const port of [config.PORT, config.INTERNAL_PORT]) {
      const unfinished = connect({ port, host: '127.0.0.1' });
      unfinished.on('error', () => undefined);
      unfinished.write(
        'POST /notifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
      await once(unfinished, 'connect');
    }
    await pause(100);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    try {
      let isStopped = false;
      const stopped = stop().then(() => (isStopped = true));
      for (let ms = 0; ms < 9_800; ms += 100) {
        await vi.advanceTimersByTimeAsync(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(isStopped).toBe(true);
      await Promise.all([stopped, publishing]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('should immediately close connections that exceed MAX_CONNECTIONS, and accept new connections once there is room', async () => {
    const { config, post } = await start({ MAX_CONNECTIONS: '3' });
    const open = async () => {
      const socket = connect({ port: config.PORT, host: '127.0.0.1' });
      await once(socket, 'connect');
      return socket;
    };
    const isServed = async () => {
      const socket = await open();
      socket.on('error', () => undefined);
      socket.end('GET /healthz HTTP/1.0\r\n\r\n');
      return (await text(socket).catch(() => '')).startsWith('HTTP/1.1 200');
    };
    const sockets = [await open(), await open(), await open()];
    for (let i = 0; i < 3; i++) expect(await isServed()).toBe(false);
    // Existing connections stay open.
    const [first] = sockets;
    first?.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String((await once(first as Socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200/);
    first?.destroy();
    await expect.poll(isServed).toBe(true);
    await expect.poll(async () => (await post('a').catch(() => undefined))?.status).toBe(202);
    for (const socket of sockets) socket.destroy();
  });

  it('should fail to start on a port that is in use, and leave no ports open', async () => {
    const first = await start();
    const [free = 0] = await freePorts(1);
    const config = { ...first.config, INTERNAL_PORT: free };
    await expect(startProducer(config, first.backend)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(fetch(`http://127.0.0.1:${config.INTERNAL_PORT}/healthz`)).rejects.toThrow();
  });
});
