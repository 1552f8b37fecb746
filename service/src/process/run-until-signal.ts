import { ConfigError } from './config.ts';

export interface RunningApp {
  /** Makes the application report that it isn't ready. Resolves after load balancers have had time to notice. */
  leave?(): Promise<void>;
  /** Resolves when all work is finished or handed over, and every port is closed. */
  stop(): Promise<void>;
}

/** Time limit (ms) for a graceful shutdown, starting after `leave`. If it is exceeded, the process exits. */
const STOP_LIMIT_MS = 10_000;

/**
 * Runs an application until SIGTERM or SIGINT, then stops it gracefully. Ignores further signals. If the application
 * fails to start, prints the error to standard error and exits with 1.
 */
export async function runUntilSignal(start: () => Promise<RunningApp>): Promise<void> {
  try {
    const app = await start();
    let stopping = false;
    const stop = async () => {
      if (stopping) return;
      stopping = true;
      await app.leave?.();
      setTimeout(() => {
        process.stderr.write('Graceful shutdown took longer than 10 s. Exiting now.\n');
        process.exit(1);
      }, STOP_LIMIT_MS).unref();
      await app.stop();
      process.exit(0);
    };
    const onSignal = () => {
      stop().catch((error: unknown) => {
        process.stderr.write(`Graceful shutdown failed: ${String(error)}\n`);
        process.exit(1);
      });
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is in use. Stop the process that uses it, or set PORT and INTERNAL_PORT to free ports.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
