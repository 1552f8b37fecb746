import { ConfigError } from './config.ts';

export interface RunningApp {
  /** Says from now on that it is not ready; resolves when whoever leads callers here has had time to notice. */
  leave?(): Promise<void>;
  /** Resolves when all that was begun is finished or handed over and every port is closed. */
  stop(): Promise<void>;
}

/** The longest that a graceful stop may take, after `leave`, before the process ends all the same, in ms. */
const STOP_LIMIT_MS = 10_000;

/**
 * Runs an application until SIGTERM or SIGINT (which may arrive more than once), then stops it gracefully.
 * A failure at the start is written to standard error, and the process exits with 1.
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
        process.stderr.write('The graceful stop took too long; ending now.\n');
        process.exit(1);
      }, STOP_LIMIT_MS).unref();
      await app.stop();
      process.exit(0);
    };
    const onSignal = () => {
      stop().catch((error: unknown) => {
        process.stderr.write(`The stop failed: ${String(error)}\n`);
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
    return `Port ${String(error.port)} is in use. Stop what listens there, or set PORT and INTERNAL_PORT to free ones.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
