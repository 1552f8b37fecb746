import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { instancesSchema } from '@tocsin/contracts';
import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startStream } from '../support/stream.ts';
import { pollFor } from '../support/network/polling.ts';
import { errorsUntilToasts } from '../support/toasts-page.ts';
import { testOpenPorts } from './open-ports.ts';
import { ComposeProject } from './project.ts';
import { testPublishers } from './publishers.ts';

const SCREENSHOT = join(import.meta.dirname, '../../.artifacts/compose/page.png');
const CLIENTS = 10;
const CATCH_UP_MS = 60_000;
const files = ['-f', 'docker-compose.yml', '-f', 'compose/third-bff.yml'];

const pageSchema = z.object({
  publications: z.array(z.object({ notification: z.object({ id: z.string() }).nullable() })),
});

let project: ComposeProject;
beforeAll(async () => {
  project = await ComposeProject.create();
  const startedAt = Date.now();
  await project.up('--build');
  console.log(`built, and healthy after ${Math.round((Date.now() - startedAt) / 1000)} s`);
});
afterAll(() => project.remove());

/** Returns the ids of the newest notifications in the feed `all`, oldest first. */
async function newest(): Promise<(string | undefined)[]> {
  const response = await fetch(`${project.url}/app/notifications?feed=all&limit=200`);
  return pageSchema.parse(await response.json()).publications.map(({ notification }) => notification?.id);
}

describe('docker compose up', () => {
  it('should show toasts in Chromium without a page error', async () => {
    expect(await errorsUntilToasts(project.url, SCREENSHOT)).toEqual([]);
  });

  it('should route each path to its service', async () => {
    const status = async (path: string) => (await fetch(project.url + path)).status;
    expect(await status('/')).toBe(200);
    expect(await status('/ops')).toBe(200);
    expect(await status('/app/notifications')).toBe(200);
    expect(await status('/application')).toBe(404);
    expect(await status('/notifications')).toBe(404);
  });

  it('should accept notifications on a separate port that doesn’t serve metrics', async () => {
    const status = async (path: string, init?: RequestInit) =>
      (await fetch(project.publishUrl + path, init)).status;
    for (const path of ['/openapi.json', '/healthz', '/readyz']) expect(await status(path)).toBe(200);
    expect(await status('/notifications')).toBe(405);
    expect(await status('/feeds/topic:nobody-reads', { method: 'DELETE' })).toBe(202);
    for (const path of ['/metrics', '/', '/notificationss']) expect(await status(path)).toBe(404);
  });

  it('should keep a polling client on the same instance, but only if it sends the cookie back', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, () => pollFor(3, project.url, true)));
    expect(ends).toEqual(ends.map(() => 'still connected'));
    expect(await pollFor(3, project.url, false)).toMatch(/connected: /);
  });

  it('should let the ops page invoke the producer through two sidecars', async () => {
    const response = await fetch(`${project.url}/app/compose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'From the ops page' }),
    });
    expect(response.status).toBe(202);
  });

  it('should reject calls to sidecars and internal ports without a token', async () => {
    const ask = (target: string, url: string) =>
      project.compose(
        'exec',
        '-T',
        target,
        'node',
        '-e',
        `fetch('${url}').then((r) => console.log(r.status))`,
      );
    expect(await ask('producer', 'http://bff-1-dapr:3500/v1.0/metadata')).toBe('401');
    expect(await ask('producer', 'http://bff-1-inside:4101/dapr/subscribe')).toBe('401');
  });

  it('should pass the doctor’s checks, but not when a bff or a sidecar is stopped', async () => {
    const healthyReport = await project.doctor();
    expect(healthyReport.output).toMatch(/^\d+ checks: 0 errors, 0 warnings\.$/m);
    expect(healthyReport.code).toBe(0);
    const stopped = ['bff-2', 'bff-1-dapr'];
    await project.compose('stop', '--timeout', '5', ...stopped);
    const faultyReport = await project.doctor();
    expect(faultyReport.code).toBe(1);
    expect(faultyReport.output).toMatch(/^error +bff-2 +does not respond at http:\/\/bff-2:4001: /m);
    expect(faultyReport.output).toMatch(
      /^error +sidecar of bff-1 +does not respond at http:\/\/bff-1-dapr:3500: /m,
    );
    await Promise.all(stopped.map((service) => project.restartStopped(service)));
    await project.untilHealthy('bff-1');
  });
});

describe('a stranger on the project’s networks', () => {
  testOpenPorts(() => project);
});

describe('the topic for publishers', () => {
  testPublishers(() => project, newest);
});

describe('a running project', () => {
  const clients: Observer[] = [];
  const caller = () => new Caller({ urls: [project.publishUrl] });
  beforeAll(async () => {
    for (let i = 0; i < CLIENTS; i++) clients.push(new Observer(`client ${i + 1}`, project.url));
    await Promise.all(clients.map((client) => client.ready()));
  });
  afterAll(() => {
    for (const client of clients) client.close();
  });

  /** Waits until every client has shown all ids, then checks that they were shown in order and exactly once. */
  async function checkDeliveries(acknowledged: readonly string[]): Promise<void> {
    await Promise.all(clients.map((client) => client.untilShown(acknowledged, CATCH_UP_MS)));
    const results = clients.map((client) => audit(client, acknowledged));
    expect(results.filter((result) => !isClean(result) || result.reportedGaps > 0)).toEqual([]);
  }

  it('should deliver 1,000 notifications to ten clients, once and in order', async () => {
    const publisher = caller();
    await publisher.postSingly(makeNotifications(1_000), 16);
    await checkDeliveries([...publisher.acknowledged.keys()]);
  });

  it('should not lose or duplicate notifications when each container is killed in turn', async () => {
    const publisher = caller();
    const stream = startStream(publisher, 'kill');
    const services = await project.services();
    try {
      for (const service of services) {
        await delay(1_000);
        const startedAt = Date.now();
        await project.compose('kill', '-s', 'SIGKILL', service);
        await delay(1_000);
        await project.restartStopped(service);
        const [last = ''] = [...publisher.acknowledged.keys()].slice(-1);
        await Promise.all(clients.map((client) => client.untilShown([last], CATCH_UP_MS)));
        console.log(
          `${service} killed: everything is back after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
        );
      }
    } finally {
      await stream.stop();
    }
    const acknowledged = [...publisher.acknowledged.keys()];
    await checkDeliveries(acknowledged);
    console.log(
      `${services.length} kills, ${acknowledged.length} notifications acknowledged, ${publisher.retries} requests repeated, ` +
        `${CLIENTS} clients: 0 lost, 0 shown twice, 0 out of order`,
    );
  });

  it('should recover without intervention after an application exits', async () => {
    const id = await project.container('bff-1');
    const countRestarts = () => project.docker('inspect', '--format', '{{.RestartCount}}', id);
    const before = await countRestarts();
    await project.compose('exec', '-T', 'bff-1', 'node', '-e', "process.kill(1, 'SIGTERM')");
    await expect.poll(countRestarts, { timeout: 60_000 }).not.toBe(before);
    await project.untilHealthy('bff-1');
  });
});

describe('docker compose down', () => {
  it('should keep only the named volumes, and restore the history from them at the next start', async () => {
    const publisher = new Caller({ urls: [project.publishUrl] });
    const sent = makeNotifications(20);
    await publisher.post(sent);
    const ids = sent.map(({ id }) => id);
    await expect.poll(newest, { timeout: 20_000 }).toEqual(expect.arrayContaining(ids));
    await project.compose('down');
    expect(await project.leftovers()).toEqual({
      containers: [],
      networks: [],
      volumes: [
        ...['dapr-authority', 'dapr-identities', 'dapr-tokens', 'internal-secret'],
        ...['redis', 'redis-operator', 'redis-password', 'scheduler'],
      ],
    });
    await project.up();
    const restored = async () => (await newest()).filter((id) => ids.includes(id ?? ''));
    await expect.poll(restored, { timeout: 20_000 }).toEqual(ids);
  });
});

describe('additional files and profiles', () => {
  it('should add a third bff that the edge routes browsers to', async () => {
    await project.compose(...files, 'up', '-d', '--wait', '--wait-timeout', '300');
    const instances = async () => {
      const response = await fetch(`${project.url}/app/ops/instances`);
      return instancesSchema
        .parse(await response.json())
        .instances.map(({ instance }) => instance)
        .sort();
    };
    await expect.poll(instances, { timeout: 20_000 }).toEqual(['bff-1', 'bff-2', 'bff-3']);
    const cookies = () =>
      Promise.all(
        Array.from({ length: 12 }, async () =>
          (await fetch(`${project.url}/app/notifications`)).headers.get('set-cookie')?.replace(/;.*/, ''),
        ),
      );
    await expect.poll(async () => new Set(await cookies()).size, { timeout: 20_000 }).toBe(3);
  });

  it('should include a valid profile for metrics and traces', async () => {
    const services = await project.compose('--profile', 'observability', 'config', '--services');
    expect(services.split('\n')).toEqual(
      expect.arrayContaining(['prometheus', 'grafana', 'collector', 'zipkin']),
    );
  });
});
