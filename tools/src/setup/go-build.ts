import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { findCommand, run } from '../process/run.ts';

const GO_FOLDERS = ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin'];

export const findGo = (): string | undefined => findCommand(['go'], GO_FOLDERS);

export interface GoBuild {
  /** The folder of the module that pins the versions: absolute, or relative to the repository. */
  module: string;
  /** Product name for messages: `Dapr's runtime`. */
  name: string;
  packages: readonly string[];
  flags: readonly string[];
  output: string;
  onLine?: (line: string) => void;
  /** Another way to get the product, for the message about a failed build. */
  alternative?: string;
}

/**
 * Builds commands without cgo, using exactly the versions pinned in the module.
 * @throws Failure with the last lines of Go's output
 */
export async function goBuild(
  go: string,
  { module, name, packages, flags, output, onLine, alternative }: GoBuild,
): Promise<void> {
  const args = ['build', '-v', '-mod=readonly', '-trimpath', ...flags, '-o', output, ...packages];
  const { code, output: text } = await run(go, args, {
    cwd: resolve(ROOT, module),
    env: { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
    ...(onLine && { onLine }),
  });
  if (code === 0) return;
  throw new Failure(
    `Go could not build ${name}. Last lines of its output:\n${text.split('\n').slice(-15).join('\n')}\n` +
      'If modules could not be fetched, check the network and GOPROXY, then try again. Go does not rebuild finished packages.' +
      (alternative ? ` ${alternative}` : ''),
  );
}
