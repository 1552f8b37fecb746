import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BodyBudget,
  closeServer,
  createBoundedServer,
  createHostCheck,
  createLogger,
  createRegistry,
  listen,
  type AuditNote,
} from '@tocsin/service';
import type { Express } from 'express';
import type { Callers } from '../src/auth/callers.ts';
import { publicApp } from '../src/receive/public-app.ts';
import type { ReceiptRoutesOptions } from '../src/receive/routes/receipts.ts';
import { createMetrics, observeQueue } from '../src/observe/metrics.ts';
import { LogObserver } from '../src/observe/observer.ts';
import type { ProducerOptions } from '../src/produce/producer.ts';
import { testProducer } from './test-producer.ts';
import { testSchedules } from './test-schedules.ts';

/** Serves `app` on a free local port. */
export async function serve(app: Express): Promise<{ server: Server; url: string; close(): Promise<void> }> {
  const server = createBoundedServer(app);
  // On a busy machine, a client could reuse a connection just as it hits the idle timeout.
  server.keepAliveTimeout = 0;
  await listen(server, 0, '127.0.0.1', createLogger('test', 'silent'));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, close: () => closeServer(server, 500) };
}

/** The producer's public port on an in-memory backend. */
export async function testServer(
  options: Partial<ProducerOptions> & { bodiesMaxBytes?: number } = {},
  callers?: Callers,
  receiptsOf?: ReceiptRoutesOptions['receiptsOf'],
) {
  const log = createLogger('producer', 'silent');
  const registry = createRegistry();
  const metrics = createMetrics(registry);
  const observer = new LogObserver(log, metrics);
  const fixture = testProducer({ observer, ...options });
  observeQueue(registry, fixture.producer);
  const refused: string[] = [];
  const notes: AuditNote[] = [];
  let fault: Error | undefined;
  const scheduled = testSchedules(fixture.producer, { outcomes: observer });
  const app = publicApp({
    callers,
    receiptsOf,
    bodies: new BodyBudget(options.bodiesMaxBytes ?? 64 * 1024 * 1024),
    isServed: createHostCheck([]),
    publishService: scheduled.publishService,
    trail: { note: (note) => notes.push(note) },
    log,
    registry,
    ready: () => (fault ? Promise.reject(fault) : Promise.resolve()),
    onProblem: (code) => {
      refused.push(code);
      metrics.refused.inc({ code });
    },
  });
  const served = await serve(app);
  return {
    ...fixture,
    ...scheduled,
    ...served,
    refused,
    /** The notes passed to the audit trail. */
    notes,
    setFault: (error: Error | undefined) => (fault = error),
    /** Posts a body as is. */
    post: (body: string | Uint8Array, headers: Record<string, string> = {}, query = '') =>
      fetch(`${served.url}/notifications${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      }),
  };
}
export type TestServer = Awaited<ReturnType<typeof testServer>>;
