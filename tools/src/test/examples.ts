import { ensureDapr } from '../setup/dapr/dapr.ts';
import { ensureApps } from '../setup/product/apps.ts';
import { ensureRedisServer } from '../setup/redis/redis.ts';
import type { Say } from '../setup/say.ts';
import { runSuite } from './suite.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm run test:examples`: tests the clients and publishers in other languages for which this machine has a toolchain.
 */
export const testExamples = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:examples', projects: ['examples'], setUp }, args, signal);

async function setUp(): Promise<void> {
  await ensureRedisServer(say);
  await ensureDapr(say);
  await ensureApps(say);
}
