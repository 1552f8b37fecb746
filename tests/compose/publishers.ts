import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ComposeProject } from './project.ts';
import { Stranger } from './strangers.ts';

const ROOT = join(import.meta.dirname, '../..');
const TOKEN = 'shop-token';
const TOPIC = 'notifications';
const files = ['-f', 'docker-compose.yml', '-f', 'compose/publisher.yml'];

/** An application that subscribes to the producer's topic and prints `EVENT` for each event that it receives. */
const SUBSCRIBER = `require('node:http').createServer((request, response) => {
  if (request.url === '/event') console.log('EVENT');
  response.setHeader('content-type', 'application/json');
  response.end(request.url === '/dapr/subscribe'
    ? JSON.stringify([{ pubsubname: 'notification-pubsub', topic: '${TOPIC}', route: 'event' }])
    : '{}');
}).listen(8000)`;

/**
 * Returns an additional compose file, which lists `shop` from compose/publisher.yml as a publisher, as the guide says.
 * It also subscribes `shop` to the producer's topic.
 */
const override = (component: string): string =>
  JSON.stringify({
    services: {
      'shop-dapr': {
        command: [
          ...['/sidecar.sh', 'shop', '--app-channel-address', 'shop', '--app-port', '8000'],
          ...['--log-level', 'info'],
        ],
        volumes: [`${component}:/components/notification-pubsub.yaml:ro`],
      },
      shop: { image: 'tocsin-sidecar:1.18.1', command: ['node', '-e', SUBSCRIBER], networks: ['shop'] },
    },
  });

/** Adds compose/publisher.yml to a running project, and tests who can publish. */
export function testPublishers(project: () => ComposeProject, newest: () => Promise<unknown[]>): void {
  let folder: string;
  const environment = { SHOP_API_TOKEN: TOKEN };
  const compose = (...args: string[]) => project().composeWith(environment, ...args);
  const ask = (path: string, body: object, token = TOKEN) =>
    new Stranger(project(), project().network('shop')).status(
      `http://shop-dapr:3500/v1.0${path}`,
      { 'dapr-api-token': token },
      body,
    );
  const publish = (id: string, token?: string) =>
    ask(`/publish/notification-pubsub/${TOPIC}`, { id, title: 'From the shop' }, token);

  /** The compose files that list the shop as a publisher. */
  let listed: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-shop-'));
    const text = await readFile(join(ROOT, 'compose/dapr/notification-pubsub.yaml'), 'utf8');
    const component = join(folder, 'notification-pubsub.yaml');
    await writeFile(component, text.replace(/(name: publishingScopes\n +value: .+)/, `$1;shop=${TOPIC}`));
    await writeFile(join(folder, 'shop.yml'), override(component));
    listed = [...files, '-f', join(folder, 'shop.yml')];
  });
  afterAll(async () => {
    await compose(...listed, 'rm', '--stop', '--force', 'shop', 'shop-dapr');
    await project().docker('network', 'rm', project().network('shop'));
    await rm(folder, { recursive: true });
  });

  it('should reject an application that isn’t listed as a publisher', async () => {
    await compose(...files, 'up', '-d', 'shop-dapr');
    await expect.poll(() => publish('shop-1'), { timeout: 60_000, interval: 2_000 }).toBe(403);
    expect(await publish('shop-1', 'guessed')).toBe(401);
    expect(await ask('/invoke/producer/method/notifications', { title: 'x' })).toBeGreaterThanOrEqual(400);
  });

  it('should let an application in the list publish, but not subscribe, announce or invoke', async () => {
    await compose(...listed, 'up', '-d', 'shop-dapr', 'shop');
    await expect.poll(() => publish('shop-2'), { timeout: 60_000, interval: 2_000 }).toBe(204);
    await expect.poll(newest, { timeout: 60_000 }).toContain('shop-2');
    expect(await newest()).not.toContain('shop-1');
    expect(await ask('/publish/notification-pubsub/notification-announcements', {})).toBe(403);
    expect(await ask('/invoke/producer/method/notifications', { title: 'x' })).toBeGreaterThanOrEqual(400);
    const logs = (service: string) => compose(...listed, 'logs', '--no-color', service);
    await expect.poll(() => logs('shop-dapr'), { timeout: 60_000 }).toMatch(/not allowed/);
    expect(await logs('shop')).not.toContain('EVENT');
  });
}
