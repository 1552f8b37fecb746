import { resolve } from 'node:path';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { findCommand, run } from '../process/run.ts';

const GO_PLACES = ['/usr/local/go/bin', '/opt/homebrew/bin', '/usr/lib/go/bin'];

/** The path of `go`; `undefined` if Go is not installed. */
export const findGo = (): string | undefined => findCommand(['go'], GO_PLACES);

export interface GoBuild {
  /** The folder of the module that pins the versions: absolute, or relative to the repository. */
  module: string;
  /** A readable name of the target: `Dapr's runtime`. */
  name: string;
  packages: readonly string[];
  flags: readonly string[];
  output: string;
  onLine?: (line: string) => void;
  /** The remedy if the build fails. */
  otherwise?: string;
}

/** Builds commands without cgo, with the exact versions of the module. @throws Failure with the end of Go's output */
export async function goBuild(
  go: string,
  { module, name, packages, flags, output, onLine, otherwise }: GoBuild,
): Promise<void> {
  const args = ['build', '-v', '-mod=readonly', '-trimpath', ...flags, '-o', output, ...packages];
  const { code, output: words } = await run(go, args, {
    cwd: resolve(ROOT, module),
    env: { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
    ...(onLine && { onLine }),
  });
  if (code === 0) return;
  throw new Failure(
    `Go could not build ${name}. Its last lines:\n${words.split('\n').slice(-15).join('\n')}\n` +
      'If modules could not be fetched, check the network and GOPROXY and try again; finished parts are kept.' +
      (otherwise ? ` ${otherwise}` : ''),
  );
}
