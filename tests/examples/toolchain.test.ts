import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '@tocsin/tools/process/run';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { downloadAll } from './toolchain.ts';

const PACKAGE = 'example.com/absent';
const dir = mkdtempSync(join(tmpdir(), 'tocsin-toolchain-'));
let status = 200;
let registry: Server;
let url: string;

beforeAll(async () => {
  registry = createServer((_, response) => response.writeHead(status).end('{}'));
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  mkdirSync(join(dir, 'go'));
  writeFileSync(join(dir, 'go/go.mod'), `module example.com/it\n\ngo 1.21\n\nrequire ${PACKAGE} v1.0.0\n`);
  mkdirSync(join(dir, 'rust/src'), { recursive: true });
  writeFileSync(join(dir, 'rust/src/lib.rs'), '');
  writeFileSync(
    join(dir, 'rust/Cargo.toml'),
    '[package]\nname = "it"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nabsent = "1"\n',
  );
});
afterEach(() => {
  status = 200;
});
afterAll(() => {
  registry.close();
  rmSync(dir, { recursive: true, force: true });
});

/** How each toolchain downloads a package when the registry at `registryUrl` is the only source. */
const DOWNLOADS = [
  {
    tool: 'go',
    from: (registryUrl: string) =>
      downloadAll([['go', 'mod', 'download']], join(dir, 'go'), { GOPROXY: registryUrl, GOFLAGS: '' }),
  },
  {
    tool: 'pip3',
    from: (registryUrl: string) =>
      downloadAll([['pip3', 'download', '-vv', '--no-cache-dir', '--dest', dir, 'absent==1.0.0']], dir, {
        ...{ PIP_INDEX_URL: `${registryUrl}/simple`, PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '' },
        ...{ PIP_RETRIES: '0', PIP_CONFIG_FILE: '/dev/null', NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
      }),
  },
  {
    tool: 'cargo',
    from: (registryUrl: string) => {
      mkdirSync(join(dir, 'rust/.cargo'), { recursive: true });
      writeFileSync(
        join(dir, 'rust/.cargo/config.toml'),
        `[source.crates-io]\nreplace-with = "local"\n[source.local]\nregistry = "sparse+${registryUrl}/"\n`,
      );
      return downloadAll([['cargo', 'fetch']], join(dir, 'rust'), {
        ...{ CARGO_HOME: join(dir, 'cargo'), CARGO_NET_RETRY: '0' },
        ...{ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
      });
    },
  },
];

describe.each(DOWNLOADS)('$tool', ({ tool, from }) => {
  const isMissing = findCommand([tool]) === undefined;

  it.skipIf(isMissing).each([403, 503])(
    'should report a registry that responds with %i, and not throw an error',
    async (registryStatus) => {
      status = registryStatus;
      expect(await from(url)).toMatch(/^its registry did not respond as expected \(.+\)$/);
    },
  );

  it.skipIf(isMissing)('should report an unreachable registry, and not throw an error', async () => {
    expect(await from('http://127.0.0.1:1')).toMatch(/^its registry did not respond as expected \(.+\)$/);
  });

  it.skipIf(isMissing)('should throw an error for a package that the registry doesn’t have', async () => {
    status = 404;
    await expect(from(url)).rejects.toThrow(/exited with/);
  });
});
