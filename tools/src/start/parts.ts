import type { ManagedProcess } from '../process/managed-process.ts';
import { LOOPBACK, pairProcesses, type SharedContext } from '../stack/pair-processes.ts';
import type { RunFileApp } from '../stack/run-file.ts';

/** Stop timeout for applications (ms). */
const APPLICATION_MS = 9_500;
/**
 * Stop timeout for a sidecar after its application has stopped (ms). All processes, including Redis, placement and the
 * scheduler, stop within 15 s.
 */
const SIDECAR_MS = 1_500;

/** An application or a sidecar that `npm start` runs. */
export interface Part {
  role: 'application' | 'sidecar';
  app: RunFileApp;
  /** The source shown in log lines: `bff 4001`, or `dapr 4001` for the sidecar. */
  source: string;
  process: ManagedProcess;
}

export interface PartsOptions {
  apps: readonly RunFileApp[];
  shared: SharedContext;
  /** The address that the public ports listen on. */
  publicHost: string;
  /** Replaces variables that the run file sets for an application. Ignores variables that it doesn't set. */
  env: Record<string, string>;
  /** The file that `onLine` writes the lines to. */
  logFile: string;
  onLine: (source: string, line: string) => void;
}

/** All applications and sidecars in a run file. Not started yet. */
export const createParts = ({ apps, shared, publicHost, env, logFile, onLine }: PartsOptions): Part[] =>
  apps.flatMap((app) => {
    const { appId, ports, command } = app;
    const overrides = Object.entries(env).filter(([name]) => name in app.env);
    const processOptions = (source: string, stopTimeoutMs: number) => ({
      logFile,
      stopTimeoutMs,
      onLine: (line: string) => onLine(source, line),
    });
    const sources = { app: `${appId} ${ports.public}`, sidecar: `dapr ${ports.public}` };
    const processes = pairProcesses(shared, {
      appId,
      name: `${appId} on port ${ports.public}`,
      app: command,
      ports,
      env: { ...app.env, ...Object.fromEntries(overrides), PUBLIC_HOST: publicHost, INTERNAL_HOST: LOOPBACK },
      processOptions: {
        app: processOptions(sources.app, APPLICATION_MS),
        sidecar: processOptions(sources.sidecar, SIDECAR_MS),
      },
    });
    return [
      { role: 'application', app, source: sources.app, process: processes.app },
      { role: 'sidecar', app, source: sources.sidecar, process: processes.sidecar },
    ];
  });

export async function startParts(parts: readonly Part[]): Promise<void> {
  await Promise.all(parts.map(({ process }) => process.start()));
}

/** Stops the applications gracefully, then the sidecars. Resolves when all have exited. */
export async function stopParts(parts: readonly Part[]): Promise<void> {
  for (const role of ['application', 'sidecar'] as const) {
    await Promise.all(parts.filter((part) => part.role === role).map(({ process }) => process.stop()));
  }
}

/** Calls `onEnd` for each part that exits before `signal` aborts. Rejects if `onEnd` throws. Never resolves. */
export async function watchParts(
  parts: readonly Part[],
  signal: AbortSignal,
  onEnd: (part: Part) => void,
): Promise<never> {
  await Promise.all(
    parts.map(async (part) => {
      await part.process.waitForExit();
      if (!signal.aborted) onEnd(part);
    }),
  );
  return new Promise<never>(() => undefined);
}
