import { ensureApps } from '../setup/product/apps.ts';
import { ensureDapr } from '../setup/dapr/dapr.ts';
import { ensureRedisServer } from '../setup/redis/redis.ts';
import type { Say } from '../setup/say.ts';
import { runSuite } from './suite.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/**
 * `npm run test:upgrade`: upgrades 0.1.0 to this version under load, both as processes and (if this machine has a
 * Docker engine) with docker compose.
 */
export const testUpgrade = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite({ name: 'test:upgrade', projects: ['upgrade'], setUp }, args, signal);

async function setUp(): Promise<void> {
  await ensureRedisServer(say);
  await ensureDapr(say);
  await ensureApps(say);
}
