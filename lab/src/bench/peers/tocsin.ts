import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { bundle, bundleOf } from '@tocsin/tools/build/bundle';
import { ROOT } from '@tocsin/tools/paths';
import type { AppCommand } from '@tocsin/tools/stack/pair-processes';
import { startStack } from '@tocsin/tools/stack/stack';
import type { Stack } from '@tocsin/tools/stack/stack';
import { drawBusiest } from '../report/draw-profiles.ts';
import { tocsinProtocol } from '../protocols/tocsin.ts';
import type { Peer, StartOptions } from './peer.ts';
import { startPeerRedis } from './peer-redis.ts';
import { nodeOptionsOf, serverNode } from './server-node.ts';

/** Tocsin as a peer. Exposes the stack, so that the Dapr calls can be measured. */
export interface TocsinPeer extends Peer {
  stack: Stack;
}

const APPS = ['producer', 'bff'] as const;
type App = (typeof APPS)[number];

/** The contract requires a title. The message text becomes the body. */
const TITLE = 'n';

/**
 * Starts our stack with default settings: one producer, `instances` bffs, and a sidecar for each application. The
 * producer returns 202 once a notification is stored durably. Runs the same bundles as the images, or the sources if
 * `profile` is set.
 */
export async function startTocsin(options: StartOptions): Promise<TocsinPeer> {
  const logDir = join(options.logDir, `tocsin-${options.instances}`);
  await Promise.all(APPS.map((app) => bundle(app)));
  const node = await serverNode();
  const redis = await startPeerRedis(options);
  const profilesOf = (app: App) => join(logDir, 'profiles', app);
  // When profiling, run the sources instead of bundles, so that the profiles contain source file names.
  const appOf = (app: App): AppCommand => ({
    cwd: join(ROOT, app),
    command: options.profile
      ? [node, '--cpu-prof', `--cpu-prof-dir=${profilesOf(app)}`, '--import', 'tsx', 'src/main.ts']
      : [node, ...nodeOptionsOf(app), bundleOf(app)],
  });
  const stack = await startStack({
    bffs: options.instances,
    redisHost: redis.address,
    logDir,
    env: { NODE_ENV: 'production' },
    apps: { producer: appOf('producer'), bff: appOf('bff') },
  }).catch(async (error: unknown) => {
    await redis.stop();
    throw error;
  });
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const pairs = [...stack.producers, ...stack.bffs];
  return {
    id: 'tocsin',
    name: 'Tocsin',
    version,
    setup: `one producer and ${options.instances} bffs, each with a sidecar limited to one core (as in the compose file and on Kubernetes); default settings; 202 means stored durably`,
    protocol: tocsinProtocol,
    publishUrls: stack.producers.map(({ url }) => `${url}/notifications`),
    socketUrls: stack.bffs.map(({ url }) => url),
    requestFor: (messages) => {
      const items = messages.map(({ feed, text }) => ({ feed, title: TITLE, body: text }));
      return { body: JSON.stringify(items.length === 1 ? items[0] : items) };
    },
    processes: [
      ...pairs.map((pair) => ({
        group: 'applications' as const,
        process: pair.app,
        hasSockets: stack.bffs.includes(pair),
      })),
      ...pairs.map(({ sidecar }) => ({ group: 'sidecars' as const, process: sidecar, hasSockets: false })),
      { group: 'redis', process: redis.process, hasSockets: false },
    ],
    stack,
    restart: async () => {
      await Promise.all(stack.bffs.map(({ app }) => app.restart()));
      await Promise.all(stack.bffs.map((pair) => pair.ready()));
    },
    stop: async () => {
      await stack.stop();
      await redis.stop();
      if (!options.profile) return;
      for (const app of APPS) {
        const file = drawBusiest(profilesOf(app), app);
        if (file) process.stderr.write(`Drawn: ${file}\n`);
      }
    },
  };
}
