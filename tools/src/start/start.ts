import { randomBytes } from 'node:crypto';
import { APP_IDS } from '@tocsin/contracts';
import { keysEnvironment, secretEnvironment } from '../auth/secret-environment.ts';
import { hostEnvironment, readConfig, type ToolsConfig } from '../config.ts';
import { Failure, messageOf } from '../failure.ts';
import { pollUntil } from '../net/poll.ts';
import { ROOT } from '../paths.ts';
import { unlessStopped, whenAborted } from '../process/stop-signal.ts';
import { ensureDapr, type Dapr } from '../setup/dapr/dapr.ts';
import { ensureRedisServer, type RedisServer } from '../setup/redis/redis.ts';
import type { Say } from '../setup/say.ts';
import { ensureUi } from '../setup/product/ui.ts';
import { redisForSidecars } from '../stack/redis-for-sidecars.ts';
import { nameResolution } from '../stack/name-resolution.ts';
import { isPairReady, LOOPBACK } from '../stack/pair-processes.ts';
import { readRunFile, sidecarPortOf, sidecarPortsOf, type RunFile } from '../stack/run-file.ts';
import { openBrowser } from './browser.ts';
import { checkPorts } from './check-ports.ts';
import { explainFailedStart, explainExit, LastErrors } from './explain.ts';
import { LogFile, logFileOf } from './logs/log-file.ts';
import { markLine } from './logs/log-line.ts';
import { LogPrinter } from './logs/log-printer.ts';
import { readOptions } from './options.ts';
import { createParts, startParts, stopParts, watchParts, type Part } from './parts.ts';
import {
  checkPublicAddress,
  hostOf,
  isLoopback,
  settingsWithoutAuth,
  shownHostOf,
} from './public-address.ts';
import { findRunning, registerRunning } from './instance/running.ts';
import { writeSidecarInfo } from './instance/sidecar-file.ts';
import { checkExternalRedis, createServices } from './services.ts';
import { rejectStrayRedisSettings } from './stray-redis-settings.ts';
import { startService, supervise } from './supervise.ts';
import { welcome } from './welcome.ts';

const READY_MS = 90_000;

/** `npm start`: installs missing programs, starts all processes and runs until a signal or an error. */
export async function start(args: string[], signal: AbortSignal): Promise<number> {
  const options = readOptions(args);
  const config = readConfig();
  rejectStrayRedisSettings(hostEnvironment());
  const running = await findRunning(options.dataDir);
  if (running) {
    throw new Failure(
      `Tocsin is already running in this folder (process ${running.pid}). Use it, or stop it with Ctrl-C in its terminal.`,
    );
  }
  const runFile = readRunFile(options.runFile);
  const { sidecars } = runFile;
  const publicPorts = runFile.apps.map(({ ports }) => ports.public);
  checkPublicAddress(config.publicAddress, publicPorts, settingsWithoutAuth(runFile.apps, config.auth));
  const secrets = secretEnvironment(config.auth, options.dataDir);
  const keys = keysEnvironment(config.auth, options.dataDir);
  await checkPorts(runFile, await findRunning(config.cacheDir));
  if (config.redisParts) await checkExternalRedis(config.redisParts);

  const printer = new LogPrinter({
    write: (text) => process.stdout.write(text),
    colors: process.stdout.isTTY && !hostEnvironment()['NO_COLOR'],
    verbose: options.verbose,
  });
  const say: Say = (text) => printer.print({ source: 'tocsin', level: 'info', text });
  // Register before the setup, which can take minutes. Otherwise, a second `npm start` could use the same data.
  registerRunning(ROOT, [options.dataDir, config.cacheDir]);
  const { dapr, redisServer } = await unlessStopped(signal, setUp(config, say));
  const services = await createServices(dapr, redisServer, config, options.dataDir);
  const errors = new LastErrors();
  const logFile = new LogFile(logFileOf(options.dataDir), (error) =>
    say(
      `The log file can't be written (${messageOf(error)}). New lines won't be saved until it can be written again.`,
    ),
  );
  const environment = { ...runEnvironment(services.redisHost), ...keys };
  const removeSidecarInfo = writeSidecarInfo(options.dataDir, {
    port: sidecarPortOf(runFile),
    producerPort: sidecarPortsOf(runFile, APP_IDS.producer)[0],
    token: environment.DAPR_API_TOKEN,
    redis: services.redisHost,
    publicHost: hostOf(config.publicAddress.address),
  });
  const parts = createParts({
    apps: runFile.apps,
    shared: {
      daprd: dapr.daprd,
      placement: services.placement,
      scheduler: services.scheduler,
      settings: {
        ...sidecars,
        configFiles: [...sidecars.configFiles, nameResolution(options.dataDir)],
        ...(options.verbose && { logLevel: 'info' }),
      },
      environment,
      secrets: { ...secrets, ...redisForSidecars(config.redisParts, options.dataDir) },
    },
    publicHost: config.publicAddress.address,
    env: config.demoIntervalMs === undefined ? {} : { DEMO_INTERVAL_MS: config.demoIntervalMs },
    logFile: logFile.path,
    onLine: (source, text) => {
      const line = markLine(source, text);
      logFile.write(line);
      errors.note(printer.printRaw(line));
    },
  });
  const stopping = new AbortController();
  let isUp = false;
  /** If a part exits before all parts are ready, the start fails. If it exits later, the other parts keep running. */
  const onEnd = (part: Part): void => {
    if (!isUp) throw new Failure(explainFailedStart(part, errors, services.redisHost));
    printer.print({ source: 'tocsin', level: 'error', text: explainExit(part) });
  };
  try {
    await unlessStopped(signal, Promise.all(services.managed.map(startService)));
    say('Redis, placement and scheduler are running. Starting the applications and their sidecars.');
    await startParts(parts);
    const end = Promise.race([
      whenAborted(signal),
      ...services.managed.map((service) => supervise(service, say, stopping.signal)),
      watchParts(parts, stopping.signal, onEnd),
    ]);
    await Promise.race([end, ready(runFile, config, environment.DAPR_API_TOKEN)]);
    isUp = true;
    if (!signal.aborted) printWelcome(runFile, config, say);
    await end;
    return 0;
  } finally {
    stopping.abort();
    printer.quietDapr();
    say('Stopping: applications first, then their sidecars, then the rest.');
    await stopParts(parts);
    await Promise.all(services.managed.map(({ process }) => process.stop()));
    removeSidecarInfo();
    say('Stopped.');
  }
}

async function setUp(
  config: ToolsConfig,
  say: Say,
): Promise<{ dapr: Dapr; redisServer: RedisServer | undefined }> {
  const redisServer = config.redis ? undefined : await ensureRedisServer(say);
  // Run both in parallel, because a download leaves the CPU free for building the ui.
  const [dapr] = await Promise.all([ensureDapr(say), ensureUi(say)]);
  return { dapr, redisServer };
}

const runEnvironment = (redisHost: string) => ({
  ...hostEnvironment(),
  DAPR_API_TOKEN: randomBytes(24).toString('hex'),
  APP_API_TOKEN: randomBytes(24).toString('hex'),
  REDIS_HOST: redisHost,
});

/**
 * Resolves when every application and sidecar is ready.
 * @throws Failure with the name of an application that did not become ready
 */
async function ready({ apps }: RunFile, { publicAddress }: ToolsConfig, daprApiToken: string): Promise<void> {
  const daprHeaders = { 'dapr-api-token': daprApiToken };
  const waits = apps.map(async ({ appId, ports }) => {
    const url = `http://${hostOf(publicAddress.address)}:${ports.public}`;
    const address = { url, daprUrl: `http://${LOOPBACK}:${ports.http}`, daprHeaders };
    const reason = await pollUntil(() => isPairReady(address), { timeoutMs: READY_MS, everyMs: 200 });
    if (!reason) return;
    throw new Failure(
      `The application ${appId} on port ${ports.public} did not become ready: ${reason}. \`curl ${url}/readyz\` shows ` +
        'what it is waiting for; `npm start -- --verbose` prints the full log of the sidecars.',
    );
  });
  await Promise.all(waits);
}

function printWelcome(
  { apps }: RunFile,
  { publicAddress, auth, mayOpenBrowser }: ToolsConfig,
  say: Say,
): void {
  const host = shownHostOf(publicAddress.address);
  const addressesOf = (id: string) =>
    apps.filter(({ appId }) => appId === id).map(({ ports }) => `${host}:${ports.public}`);
  const pages = addressesOf(APP_IDS.bff).map((address) => `http://${address}`);
  process.stdout.write(
    welcome(pages, addressesOf(APP_IDS.producer)[0], auth, !isLoopback(publicAddress.address)),
  );
  if (mayOpenBrowser && pages[0]) openBrowser(pages[0], say);
}
