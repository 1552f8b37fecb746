import { z } from 'zod';
import { Failure } from '../failure.ts';
import { pollUntil } from '../net/poll.ts';
import { endOf, type Docker } from './engine.ts';

/** The fields of `docker inspect` that we read. */
const stateSchema = z.object({
  StartedAt: z.string(),
  Running: z.boolean(),
  Health: z.object({
    Status: z.string(),
    Log: z.array(z.object({ ExitCode: z.int(), End: z.string() })).nullable(),
  }),
});
export type ContainerState = z.infer<typeof stateSchema>;

/** Time (ms) from a container's start to the end of the first successful health check. `undefined` before that. */
export function startMsOf({ StartedAt, Health }: ContainerState): number | undefined {
  const success = Health.Log?.find(({ ExitCode }) => ExitCode === 0);
  return success && Date.parse(success.End) - Date.parse(StartedAt);
}

const LIMIT_MS = 60_000;
/**
 * Arguments to start a container that is hardened as in docker-compose.yml. It needs no other services because /healthz
 * only shows that the process serves requests.
 */
const ARGS = [
  ...['run', '--detach', '--network', 'none', '--health-interval', '250ms', '--env', 'BROADCASTER=memory'],
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
];

/**
 * Starts a container from one of our images, without other services. Returns the time (ms) that the container took to
 * become healthy, and removes the container.
 * @throws Failure with the container's last log lines if it doesn't become healthy
 */
export async function measureStart(docker: Docker, name: string): Promise<number> {
  const started = await docker([...ARGS, name]);
  if (started.code !== 0) throw new Failure(`Could not start ${name}: ${endOf(started.output)}`);
  const container = started.stdout.trim();
  try {
    let state = await stateOf(docker, container);
    const reason = await pollUntil(
      async () => startMsOf((state = await stateOf(docker, container))) !== undefined,
      { timeoutMs: LIMIT_MS, everyMs: 100, giveUp: () => (state.Running ? undefined : 'it has exited') },
    );
    const startMs = startMsOf(state);
    if (startMs !== undefined) return startMs;
    const { output } = await docker(['logs', '--tail', '15', container]);
    throw new Failure(
      `${name} did not become healthy: ${reason}. Fix the cause below, then try again:\n${output}`,
    );
  } finally {
    await docker(['rm', '--force', container]);
  }
}

async function stateOf(docker: Docker, container: string): Promise<ContainerState> {
  const { code, output, stdout } = await docker(['inspect', '--format', '{{json .State}}', container]);
  if (code !== 0) throw new Failure(`Docker cannot find the container it has just started: ${endOf(output)}`);
  return stateSchema.parse(JSON.parse(stdout));
}
