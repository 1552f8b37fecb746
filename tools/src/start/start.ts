import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { APP_IDS } from '@tocsin/contracts';
import { keysEnvironment, secretEnvironment } from '../auth/secret-environment.ts';
import { hostEnvironment, readConfig, type ToolsConfig } from '../config.ts';
import { Failure } from '../failure.ts';
import { answersOk, pollUntil } from '../net/poll.ts';
import { ROOT } from '../paths.ts';
import { aborted, unlessStopped } from '../process/stop-signal.ts';
import { ensureDapr, type Dapr } from '../setup/dapr.ts';
import { ensureRedisServer, type RedisServer } from '../setup/redis.ts';
import type { Say } from '../setup/say.ts';
import { ensureUi } from '../setup/ui.ts';
import { openBrowser } from './browser.ts';
import { checkPorts } from './check-ports.ts';
import { DaprRun } from './dapr-run.ts';
import { explainEnd, explainLoss, LastErrors } from './explain.ts';
import { LogFile, logFileOf } from './log-file.ts';
import { LogPrinter } from './log-printer.ts';
import { readOptions, type StartOptions } from './options.ts';
import { readRunFile, sidecarPortOf, sidecarPortsOf, writeRunFile, type RunFile } from './run-file.ts';
import { findRunning, registerRunning } from './running.ts';
import { noteSidecar } from './sidecar-file.ts';
import { checkForeignRedis, createServices, type Services } from './services.ts';
import { startService, supervise } from './supervise.ts';
import { welcome } from './welcome.ts';

const READY_MS = 90_000;

/** `npm start`: sets up what is missing, starts everything and runs until a signal or a failure. */
export async function start(args: string[], signal: AbortSignal): Promise<number> {
  const options = readOptions(args);
  const config = readConfig();
  const running = await findRunning(options.dataDir);
  if (running) {
    throw new Failure(
      `Tocsin already runs in this folder (process ${running.pid}). Use that one, or stop it with Ctrl-C in its terminal.`,
    );
  }
  const secrets = {
    ...secretEnvironment(config.auth, options.dataDir),
    ...keysEnvironment(config.auth, options.dataDir),
  };
  const runFile = readRunFile(options.runFile);
  await checkPorts(runFile, await findRunning(config.cacheDir));
  if (config.redisHost) await checkForeignRedis(config.redisHost, config.redisPassword);

  const printer = new LogPrinter({
    write: (text) => process.stdout.write(text),
    colours: process.stdout.isTTY && !hostEnvironment()['NO_COLOR'],
    verbose: options.verbose,
  });
  const say: Say = (text) => printer.print({ source: 'tocsin', level: 'info', text });
  const { dapr, redisServer } = await unlessStopped(signal, setUp(config, say));
  const unregister = registerRunning(ROOT, [options.dataDir, config.cacheDir]);
  const services = await createServices(dapr, redisServer, config, options.dataDir);
  const errors = new LastErrors();
  const logFile = new LogFile(logFileOf(options.dataDir));
  const env = { ...runEnvironment(dapr, services.redisHost), ...secrets };
  const forgetSidecar = noteSidecar(options.dataDir, {
    port: sidecarPortOf(runFile),
    producerPort: sidecarPortsOf(runFile, APP_IDS.producer)[0],
    token: env['DAPR_API_TOKEN'] ?? '',
    redis: services.redisHost,
  });
  const run = new DaprRun({
    cli: dapr.cli,
    runFile: changedRunFile(runFile, services, options, config).path,
    cwd: ROOT,
    apps: runFile.apps,
    env,
    onLine: (line) => {
      logFile.write(line);
      errors.note(printer.raw(line));
    },
  });
  printer.portOf = (pid) => run.portOf(pid);
  const stopping = new AbortController();
  let isUp = false;
  /** Until all are ready, one that ends fails the start; later the others go on without it. */
  const watchParts = async (): Promise<void> => {
    const told = new Set<string>();
    for (;;) {
      const part = await run.watch(stopping.signal);
      if (!part) return;
      if (!isUp || part === 'dapr run') throw new Failure(explainEnd(part, errors, services.redisHost));
      const text = explainLoss(part);
      if (!told.has(text)) printer.print({ source: 'tocsin', level: 'error', text });
      told.add(text);
    }
  };
  try {
    await unlessStopped(signal, Promise.all(services.own.map(startService)));
    say('Redis, placement and scheduler run; starting the applications with their sidecars.');
    await run.start();
    const end = Promise.race([
      aborted(signal),
      ...services.own.map((service) => supervise(service, say, stopping.signal)),
      watchParts(),
    ]);
    await Promise.race([end, ready(runFile)]);
    isUp = true;
    if (!signal.aborted) welcomeIn(runFile, config, say);
    await end;
    return 0;
  } finally {
    stopping.abort();
    printer.quietDapr();
    say('Stopping: applications first, then their sidecars, then the rest.');
    await run.stop();
    await Promise.all(services.own.map(({ process }) => process.stop()));
    unregister();
    forgetSidecar();
    say('Everything has stopped.');
  }
}

async function setUp(
  config: ToolsConfig,
  say: Say,
): Promise<{ dapr: Dapr; redisServer: RedisServer | undefined }> {
  const redisServer = config.redisHost ? undefined : await ensureRedisServer(say);
  const dapr = await ensureDapr(say);
  await ensureUi(say);
  return { dapr, redisServer };
}

const changedRunFile = (
  runFile: RunFile,
  services: Services,
  { verbose, dataDir }: StartOptions,
  { demoIntervalMs }: ToolsConfig,
): RunFile =>
  writeRunFile(runFile, join(dataDir, 'dapr.yaml'), {
    common: { ...services.addresses, ...(verbose ? { logLevel: 'info' } : {}) },
    env: demoIntervalMs === undefined ? {} : { DEMO_INTERVAL_MS: demoIntervalMs },
  });

const runEnvironment = (dapr: Dapr, redisHost: string): Record<string, string> => ({
  ...hostEnvironment(),
  DAPR_RUNTIME_PATH: dapr.runtimePath,
  // Without it placement would hand out an address of the network that this machine is in just now.
  DAPR_HOST_IP: '127.0.0.1',
  DAPR_API_TOKEN: randomBytes(24).toString('hex'),
  APP_API_TOKEN: randomBytes(24).toString('hex'),
  REDIS_HOST: redisHost,
});

/** Resolves when every application is ready. @throws Failure that names the one that is not. */
async function ready(runFile: RunFile): Promise<void> {
  const waits = runFile.apps.map(async ({ appId, port }) => {
    const fault = await pollUntil(() => answersOk(`http://127.0.0.1:${port}/readyz`), {
      timeoutMs: READY_MS,
      everyMs: 200,
    });
    if (!fault) return;
    throw new Failure(
      `The application ${appId} on port ${port} did not become ready: ${fault}. \`curl localhost:${port}/readyz\` says ` +
        'what it waits for; `npm start -- --verbose` shows all that Dapr says.',
    );
  });
  await Promise.all(waits);
}

function welcomeIn(runFile: RunFile, config: ToolsConfig, say: Say): void {
  const portsOf = (appId: string) =>
    runFile.apps.filter((app) => app.appId === appId).map(({ port }) => port);
  const pages = portsOf('bff').map((port) => `http://localhost:${port}`);
  process.stdout.write(welcome(pages, portsOf('producer')[0], config.auth));
  if (config.mayOpenBrowser && pages[0]) openBrowser(pages[0], say);
}
