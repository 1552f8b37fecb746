import { ensureApps } from '../setup/product/apps.ts';
import { ensureChromium } from '../setup/browsers/chromium.ts';
import { ensureDapr } from '../setup/dapr/dapr.ts';
import { ensureFirefox } from '../setup/browsers/firefox.ts';
import { ensureHeadlessShell } from '../setup/browsers/headless-shell.ts';
import { ensureRedisServer } from '../setup/redis/redis.ts';
import type { Say } from '../setup/say.ts';
import { ensureSchemathesis } from '../setup/test-programs/schemathesis.ts';
import { ensureUi } from '../setup/product/ui.ts';
import { runSuite } from './suite.ts';

const say: Say = (line) => process.stdout.write(`${line}\n`);

/** `npm test`: runs all tests except suites with separate commands, which need containers or take minutes. */
export const test = (args: string[], signal: AbortSignal): Promise<number> =>
  runSuite(
    { name: 'test', projects: ['unit', 'walks', 'pages', 'integration', 'alone'], setUp },
    args,
    signal,
  );

async function setUp(): Promise<void> {
  await ensureRedisServer(say);
  await ensureHeadlessShell(say);
  await ensureChromium(say);
  await ensureFirefox(say);
  await ensureDapr(say);
  await ensureUi(say);
  await ensureApps(say);
  await ensureSchemathesis(say);
}
