import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fetch, type Dispatcher } from 'undici';
import { readConfig, type ToolsConfig } from '../../../config.ts';
import { Failure, messageOf } from '../../../failure.ts';
import { ROOT } from '../../../paths.ts';
import { downloadAgent } from './agent.ts';
import { causeOf } from './download.ts';
import { archivesOf, downloadUrlOf, PLATFORMS, readRelease, RELEASE_FILE, type Archive } from './release.ts';

/** Maximum number of characters to parse. A checksum file is a single line. */
const MAX_CHARACTERS = 1_000;

/** Reads `<hex> [*]<name>`, or just the digest. `undefined` for anything else, including another file's digest. */
export function readChecksum(text: string, name: string): string | undefined {
  const [, digest, file] = /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(text) ?? [];
  const isOther = file !== undefined && file.split('/').at(-1) !== name;
  return isOther ? undefined : digest?.toLowerCase();
}

async function fetchDigest(downloadUrl: string, { name, path }: Archive, agent: Dispatcher): Promise<string> {
  const url = `${downloadUrl}/${path}.sha256`;
  try {
    const response = await fetch(url, { dispatcher: agent });
    const text = response.ok ? (await response.text()).slice(0, MAX_CHARACTERS) : '';
    if (!response.ok) throw new Error(`the server returned status ${response.status}`);
    const digest = readChecksum(text, name);
    if (digest === undefined) throw new Error('it is not a checksum of this file');
    return digest;
  } catch (error) {
    throw new Failure(`${url}: ${messageOf(causeOf(error))}`, { cause: error });
  }
}

/** `npm run dapr:digests`: refreshes the digests in tools/dapr/release.json. */
export async function daprDigests(): Promise<number> {
  await refreshDigests(readConfig(), RELEASE_FILE);
  return 0;
}

/**
 * Reads the pinned version's digests from the release's checksum files, and writes them to the release file. Makes no
 * changes if any checksum is unusable.
 * @throws Failure that lists every file without a usable checksum
 */
export async function refreshDigests(
  { daprMirror, proxy }: Pick<ToolsConfig, 'daprMirror' | 'proxy'>,
  file: string,
): Promise<void> {
  const downloadUrl = downloadUrlOf(daprMirror);
  const release = readRelease(file);
  const archives = PLATFORMS.flatMap((platform) => archivesOf(release, platform));
  const agent = downloadAgent(proxy);
  const results = await Promise.allSettled(
    archives.map((archive) => fetchDigest(downloadUrl, archive, agent)),
  );
  await agent.destroy();
  const errors = results.flatMap((end) => (end.status === 'rejected' ? [messageOf(end.reason)] : []));
  if (errors.length > 0) {
    throw new Failure(
      `Could not read the checksums of Dapr ${release.runtime}. Nothing was changed:\n  ${errors.join('\n  ')}\n` +
        'Check the network, DAPR_MIRROR and HTTPS_PROXY, then try again.',
    );
  }
  const digests = Object.fromEntries(
    results.flatMap((end, at) => (end.status === 'fulfilled' ? [[archives[at]?.name ?? '', end.value]] : [])),
  );
  writeFileSync(file, `${JSON.stringify({ ...release, digests }, null, 2)}\n`);
  process.stdout.write(
    `${relative(ROOT, file)} now contains ${archives.length} digests of Dapr ${release.runtime} and its CLI ${release.cli}, from ` +
      `${downloadUrl}. Compare a few with the release page before you commit them: every user trusts them.\n`,
  );
}
