import { Failure } from '../failure.ts';
import { findCommand, run, type RunOptions, type RunResult } from '../process/run.ts';

export type Docker = (args: readonly string[], options?: RunOptions) => Promise<RunResult>;

const OUTPUT_HEADING = 'Output of Docker:';

/** Reduces the message of a Failure from `findDocker` to a single line by stripping Docker's output. */
export const withoutOutput = (message: string): string =>
  message.split(` ${OUTPUT_HEADING}`, 1)[0] ?? message;

/** Finds this machine's Docker. @throws Failure if it isn't installed or the engine doesn't respond */
export async function findDocker(command = findCommand(['docker'])): Promise<Docker> {
  if (!command) {
    throw new Failure(
      'docker was not found. Install Docker (https://docs.docker.com/get-started/get-docker/), then try again.',
    );
  }
  const docker: Docker = (args, options) => run(command, args, options);
  const { code, output } = await docker(['version', '--format', '{{.Server.Version}}']);
  if (code === 0) return docker;
  const remedy = /permission denied/i.test(output)
    ? 'Add yourself to the docker group (`sudo usermod -aG docker $USER`), log out and back in'
    : 'Start it (Docker Desktop, or `sudo systemctl start docker`)';
  throw new Failure(
    `The Docker engine does not respond. ${remedy}, then try again. ${OUTPUT_HEADING}\n${endOf(output)}`,
  );
}

/** The end of a command's output, which usually explains the failure. */
export const endOf = (output: string, lines = 15): string =>
  output.trimEnd().split('\n').slice(-lines).join('\n');
