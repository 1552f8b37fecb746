import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { pollUntil } from '../net/poll.ts';
import type { ControlService } from '../stack/control-plane.ts';
import type { Say } from '../setup/say.ts';

const READY_MS = 30_000;
/** After this many exits within a minute, a service is no longer restarted. */
const MAX_EXITS = 5;
const WINDOW_MS = 60_000;

/**
 * Starts a service. Resolves when it responds.
 * @throws Failure with the end of the log
 */
export async function startService({ process, isReady }: ControlService): Promise<void> {
  await process.start();
  const giveUp = () => (process.running ? undefined : 'it exited immediately');
  const reason = await pollUntil(isReady, { timeoutMs: READY_MS, giveUp });
  if (reason) throw serviceFailure(process.name, `did not start: ${reason}`, process);
}

const serviceFailure = (name: string, reason: string, process: ControlService['process']): Failure =>
  new Failure(
    `${name} ${reason}. Its last lines are below; the rest is in ${process.spec.logFile}. If they show that its data is damaged, ` +
      `\`npm run reset\` removes that data and keeps secrets and keys.\n${process.tail(5)}`,
  );

/**
 * Restarts a running service whenever it exits, until `signal` aborts.
 * @throws Failure if it exits five times within a minute
 */
export async function supervise(service: ControlService, say: Say, signal: AbortSignal): Promise<void> {
  const { process } = service;
  const exits: number[] = [];
  for (;;) {
    const { code, signal: killedBy } = await process.waitForExit();
    if (signal.aborted) return;
    exits.push(Date.now());
    const recent = exits.filter((at) => at > Date.now() - WINDOW_MS).length;
    if (recent >= MAX_EXITS)
      throw serviceFailure(process.name, `exited ${recent} times within a minute`, process);
    say(`${process.name} has exited (${killedBy ?? `code ${code}`}); restarting it.`);
    await delay((recent - 1) * 500);
    if (signal.aborted) return;
    await startService(service);
    say(`${process.name} is running again.`);
  }
}
