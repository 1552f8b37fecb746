import { Failure, messageOf } from './failure.ts';
import { onStopSignal, Stopped } from './process/stop-signal.ts';

/** Runs until it is done or `signal` aborts; resolves with the exit code. */
type Command = (args: string[], signal: AbortSignal) => Promise<number>;

const COMMANDS: Record<string, () => Promise<Command>> = {
  screenshots: async () => (await import('./docs/screenshots.ts')).screenshots,
  start: async () => (await import('./start/start.ts')).start,
  audit: async () => (await import('./audit/audit.ts')).audit,
  'api-key': async () => (await import('./auth/api-key.ts')).apiKey,
  token: async () => (await import('./auth/token.ts')).token,
  docs: async () => (await import('./docs/docs.ts')).docs,
  reset: async () => (await import('./start/reset.ts')).reset,
  bench: async () => (await import('./bench/bench.ts')).bench,
  'bench:recovery': async () => (await import('./bench/recovery.ts')).benchRecovery,
  build: async () => (await import('./build/build.ts')).build,
  capacity: async () => (await import('./capacity/capacity.ts')).capacity,
  containers: async () => (await import('./containers/containers.ts')).containers,
  chaos: async () => (await import('./chaos/chaos.ts')).chaos,
  'dead-letters': async () => (await import('./dead-letters/dead-letters.ts')).deadLetters,
  deploy: async () => (await import('./deploy/deploy.ts')).deploy,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  dev: async () => (await import('./dev/dev.ts')).dev,
  sbom: async () => (await import('./supply/sbom.ts')).sbom,
  scan: async () => (await import('./supply/scan.ts')).scan,
  soak: async () => (await import('./soak/soak.ts')).soak,
  tail: async () => (await import('./tail/tail.ts')).tail,
  'test:compose': async () => (await import('./test/compose.ts')).testCompose,
  'test:k8s': async () => (await import('./test/k8s.ts')).testK8s,
  test: async () => (await import('./test/test.ts')).test,
};

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    throw new Failure(
      `${name ? `There is no command ${name}.` : 'Which command?'} Use one of: ${Object.keys(COMMANDS).join(', ')}.`,
    );
  }
  const command = await load();
  return command(args, onStopSignal());
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = error instanceof Stopped ? 130 : 1;
  const text = error instanceof Failure || error instanceof Stopped ? error.message : stackOf(error);
  process.stderr.write(`\n${text}\n`);
}
process.exit();

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
