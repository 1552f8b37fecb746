import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@tocsin/tools/process/run';
import { afterAll, describe, expect, it } from 'vitest';
import { useShopStack } from '../support/processes/shop-stack.ts';
import { buildOrSkip, type Example } from './toolchain.ts';

const PUBLISHERS = join(import.meta.dirname, '../../examples/publishers');
/** Downloading and compiling an SDK can take minutes on a busy machine: Rust's took 77 s of CPU time. */
const BUILD_MS = 900_000;
const dir = mkdtempSync(join(tmpdir(), 'tocsin-publishers-'));

async function checkPython(): Promise<string | undefined> {
  const { code } = await run('python3', ['-c', 'import ensurepip, venv']);
  return code === 0 ? undefined : 'python3 has no venv';
}

/** Debian 12's `cargo` package is too old for the Dapr SDK, but `cargo-web` is new enough. */
async function checkRust(): Promise<string | undefined> {
  const [, minor] = /^cargo 1\.(\d+)\./.exec((await run('cargo', ['--version'])).stdout) ?? [];
  return Number(minor) >= 88 ? undefined : 'cargo is older than 1.88';
}

const LANGUAGES: Example[] = [
  {
    ...{ name: 'Python', cwd: join(PUBLISHERS, 'python'), tools: ['python3'], checkTools: checkPython },
    download: [
      ['python3', '-m', 'venv', join(dir, 'venv')],
      // Without -vv, pip doesn't report why an index did not respond.
      [join(dir, 'venv/bin/pip'), 'install', '-vv', '-r', 'requirements.txt'],
    ],
    build: [],
    start: [join(dir, 'venv/bin/python'), 'publish.py'],
  },
  {
    ...{ name: 'Go', cwd: join(PUBLISHERS, 'go'), tools: ['go'] },
    download: [['go', 'mod', 'download']],
    build: [['go', 'build', '-o', join(dir, 'go-publisher'), '.']],
    start: [join(dir, 'go-publisher')],
  },
  {
    ...{ name: 'Java', cwd: join(PUBLISHERS, 'java'), tools: ['mvn', 'java'] },
    // Maven doesn't download a plugin until it runs, so this step also compiles.
    download: [
      [
        ...(['mvn', '-q', '-B', 'compile', 'dependency:copy-dependencies'] as const),
        ...[`-DoutputDirectory=${join(dir, 'jars')}`, `-Dtocsin.build=${join(dir, 'java')}`],
      ],
    ],
    build: [],
    start: ['java', '-cp', `${join(dir, 'java/classes')}:${join(dir, 'jars')}/*`, 'Publish'],
  },
  {
    ...{ name: 'Rust', cwd: join(PUBLISHERS, 'rust'), tools: ['cargo'], checkTools: checkRust },
    download: [['cargo', 'fetch', '--quiet', '--locked']],
    build: [['cargo', 'build', '--quiet', '--locked', '--offline', '--target-dir', join(dir, 'rust')]],
    start: [join(dir, 'rust/debug/tocsin-publisher')],
  },
];

const started = useShopStack();
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.each(LANGUAGES)('the publisher in $name', (publisher) => {
  it(
    'should publish with the Dapr SDK so that each id is shown once',
    async ({ task, skip }) => {
      await buildOrSkip(publisher, task, skip);
      const { name, cwd, start } = publisher;
      const env = {
        DAPR_GRPC_PORT: String(started.shop.daprGrpcPort),
        DAPR_HTTP_PORT: new URL(started.shop.daprUrl).port,
        DAPR_API_TOKEN: started.shop.daprHeaders['dapr-api-token'] ?? '',
      };
      const id = `from-${name}`;
      const [program, ...args] = start;
      for (let i = 0; i < 2; i++) {
        const { code, output } = await run(program, [...args, id], { cwd, env });
        expect(code, output).toBe(0);
        expect(output).toContain(`published ${id}`);
      }
      await started.observer.untilShown([id]);
      expect(started.observer.shown.filter((shown) => shown.id === id)).toHaveLength(1);
    },
    BUILD_MS,
  );
});
