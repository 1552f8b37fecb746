import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ProxyConfig } from '../../../config.ts';
import { Failure } from '../../../failure.ts';
import { ROOT } from '../../../paths.ts';
import { run } from '../../../process/run.ts';
import { withLock } from '../../lock.ts';
import type { Say } from '../../say.ts';
import { downloadAgent } from './agent.ts';
import { download } from './download.ts';
import { reportDownload } from './progress.ts';
import {
  archivesOf,
  downloadUrlOf,
  platformOf,
  REFRESH,
  RELEASE_FILE,
  type Archive,
  type Release,
} from './release.ts';

export interface ReleaseOptions {
  release: Release;
  cacheDir: string;
  /** Replaces https://github.com. */
  mirror: string | undefined;
  proxy: ProxyConfig;
  say: Say;
  /** The delay before retrying a download in ms. Only tests set it. */
  pauseMs?: number;
  /** Timeout (ms) for receiving more data. Only tests set it. */
  silenceMs?: number;
}

type Pinned = Archive & { sha256: string };

/** The folder for a downloaded release, named after the digests. Contains `.dapr/bin` once complete. */
export function releaseDir({ release, cacheDir }: Pick<ReleaseOptions, 'release' | 'cacheDir'>): string {
  const hash = createHash('sha256').update(JSON.stringify(release)).digest('hex').slice(0, 12);
  return join(cacheDir, `dapr-release-${release.runtime}-${hash}`);
}

/**
 * Downloads Dapr's release archives for this platform into the cache, unless they are already there. Verifies each
 * digest before unpacking, and resumes interrupted downloads.
 * @returns the folder that contains `.dapr/bin`
 * @throws Failure if a digest is missing or doesn't match, or the archives are unreachable
 */
export async function downloadDapr(options: ReleaseOptions): Promise<string> {
  const target = releaseDir(options);
  if (existsSync(target)) return target;
  const downloadUrl = downloadUrlOf(options.mirror);
  const archives = pinned(options.release, platformOf());
  const onWait = (holder: number) =>
    options.say(`Another process (${holder}) is downloading Dapr for this user; waiting for it.`);
  return withLock(
    `${target}.lock`,
    async () => {
      if (!existsSync(target)) await install(options, downloadUrl, archives, target);
      return target;
    },
    onWait,
  );
}

function pinned(release: Release, platform: string): Pinned[] {
  const all = archivesOf(release, platform);
  const missing = all.filter(({ name }) => !release.digests[name]).map(({ name }) => name);
  if (missing.length === 0)
    return all.map((archive) => ({ ...archive, sha256: release.digests[archive.name] ?? '' }));
  throw new Failure(
    `${relative(ROOT, RELEASE_FILE)} has no digest of Dapr ${release.runtime} for ${missing.join(', ')}, and nothing ` +
      `is downloaded without verification. ${REFRESH}.`,
  );
}

async function install(
  { release, cacheDir, proxy, say, pauseMs, silenceMs }: ReleaseOptions,
  downloadUrl: string,
  archives: readonly Pinned[],
  target: string,
): Promise<void> {
  // Partial downloads are named after the expected digest, so another version's download is never resumed.
  const downloads = join(cacheDir, 'downloads');
  mkdirSync(downloads, { recursive: true });
  const fileOf = ({ sha256 }: Pinned) => join(downloads, `${sha256}.tar.gz`);
  say(`Downloading Dapr ${release.runtime} from ${downloadUrl}. This is needed only once per user.`);
  const progress = reportDownload(`Dapr ${release.runtime}`, archives.length, say);
  const agent = downloadAgent(proxy, silenceMs);
  try {
    const all = archives.map((archive) =>
      download({
        url: `${downloadUrl}/${archive.path}`,
        file: fileOf(archive),
        sha256: archive.sha256,
        agent,
        onBytes: (received, size) => progress.onBytes(archive.name, received, size),
        ...(pauseMs !== undefined && { pauseMs }),
      }),
    );
    // Wait for all downloads before destroying the agent, so that a failed download doesn't waste the other downloads'
    // progress.
    const errors = (await Promise.allSettled(all)).flatMap((end) =>
      end.status === 'rejected' ? [end.reason as unknown] : [],
    );
    if (errors.length > 0) throw errors[0];
  } finally {
    progress.stop();
    await agent.destroy();
  }
  await unpack(archives, fileOf, target);
  for (const archive of archives) rmSync(fileOf(archive), { force: true });
  say('Dapr has been downloaded and verified.');
}

async function unpack(
  archives: readonly Pinned[],
  fileOf: (archive: Pinned) => string,
  target: string,
): Promise<void> {
  const partial = `${target}.partial`;
  const bin = join(partial, '.dapr', 'bin');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  const unpackArchive = async (archive: Pinned): Promise<void> => {
    const { code, output } = await run('tar', ['-xzf', fileOf(archive), '-C', bin, archive.command]);
    if (code !== 0) throw new Failure(`${archive.name} could not be unpacked: ${output.trim()}`);
    chmodSync(join(bin, archive.command), 0o755);
  };
  await Promise.all(archives.map(unpackArchive));
  const { code, output } = await run(join(bin, 'daprd'), ['--version']);
  if (code !== 0) throw new Failure(`The downloaded daprd does not run on this machine: ${output.trim()}`);
  renameSync(partial, target);
}
