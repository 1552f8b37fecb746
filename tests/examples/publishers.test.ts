import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand, run } from '@tocsin/tools/process/run';
import { afterAll, describe, expect, it } from 'vitest';
import { useShopStack } from '../support/processes/shop-stack.ts';

const PUBLISHERS = join(import.meta.dirname, '../../examples/publishers');
/** Downloading and compiling an SDK takes minutes on a busy machine: Rust's took 77 s of CPU time. */
const BUILD_MS = 900_000;
const dir = mkdtempSync(join(tmpdir(), 'tocsin-publishers-'));

/**
 * True if Rust is installed and new enough for the Dapr SDK (1.88). Debian 12's `cargo` package is too old, but its
 * `cargo-web` is new enough.
 */
async function isRustNew(): Promise<boolean> {
  if (findCommand(['cargo']) === undefined) return false;
  const [, minor] = /^cargo 1\.(\d+)\./.exec((await run('cargo', ['--version'])).stdout) ?? [];
  return Number(minor) >= 88;
}

/** The publishers, each with its toolchain, the commands that install and build it, and the command that publishes. */
const LANGUAGES = [
  {
    name: 'Python',
    folder: 'python',
    tool: 'python3',
    build: [
      ['python3', '-m', 'venv', join(dir, 'venv')],
      [join(dir, 'venv/bin/pip'), 'install', '--quiet', '-r', 'requirements.txt'],
    ],
    command: [join(dir, 'venv/bin/python'), 'publish.py'],
  },
  {
    name: 'Go',
    folder: 'go',
    tool: 'go',
    build: [['go', 'build', '-o', join(dir, 'go-publisher'), '.']],
    command: [join(dir, 'go-publisher')],
  },
  {
    name: 'Java',
    folder: 'java',
    tool: 'mvn',
    build: [
      [
        ...['mvn', '-q', '-B', 'compile', 'dependency:copy-dependencies'],
        ...[`-DoutputDirectory=${join(dir, 'jars')}`, `-Dtocsin.build=${join(dir, 'java')}`],
      ],
    ],
    command: ['java', '-cp', `${join(dir, 'java/classes')}:${join(dir, 'jars')}/*`, 'Publish'],
  },
  {
    name: 'Rust',
    folder: 'rust',
    tool: (await isRustNew()) ? 'cargo' : undefined,
    build: [['cargo', 'build', '--quiet', '--locked', '--target-dir', join(dir, 'rust')]],
    command: [join(dir, 'rust/debug/tocsin-publisher')],
  },
];

const started = useShopStack();
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.each(LANGUAGES)('the publisher in $name', ({ name, folder, tool, build, command }) => {
  it.skipIf(tool === undefined || findCommand([tool]) === undefined)(
    'should publish with the Dapr SDK so that each id is shown once',
    async () => {
      const cwd = join(PUBLISHERS, folder);
      for (const [program = '', ...args] of build) {
        const { code, output } = await run(program, args, { cwd });
        expect(code, output).toBe(0);
      }
      const env = {
        DAPR_GRPC_PORT: String(started.shop.daprGrpcPort),
        DAPR_HTTP_PORT: new URL(started.shop.daprUrl).port,
        DAPR_API_TOKEN: started.shop.daprHeaders['dapr-api-token'] ?? '',
      };
      const id = `from-${name}`;
      const [program = '', ...args] = command;
      for (let i = 0; i < 2; i++) {
        const { code, output } = await run(program, [...args, id], { cwd, env });
        expect(code, output).toBe(0);
        expect(output).toContain(`published ${id}`);
      }
      await started.observer.sees([id]);
      expect(started.observer.shown.filter((shown) => shown.id === id)).toHaveLength(1);
    },
    BUILD_MS,
  );
});
