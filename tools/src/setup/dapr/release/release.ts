import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../../failure.ts';
import { ROOT } from '../../../paths.ts';

/** Pins Dapr's versions and each release archive's SHA-256 (`null`: not known yet). */
export const RELEASE_FILE = join(ROOT, 'tools', 'dapr', 'release.json');
/** Explains how to fill in the digests. */
export const REFRESH = '`npm run dapr:digests` fetches the digests from the release';

const version = z.string().regex(/^\d+\.\d+\.\d+$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const releaseSchema = z.strictObject({
  runtime: version,
  cli: version,
  digests: z.record(z.string(), digest.nullable()),
});
export type Release = z.infer<typeof releaseSchema>;

/** The commands that make up Dapr, and the repositories that release them. */
const COMMANDS = { daprd: 'dapr/dapr', placement: 'dapr/dapr', scheduler: 'dapr/dapr', dapr: 'dapr/cli' };
/** The platforms for which we download Dapr. On Windows, Tocsin runs under WSL, which counts as Linux. */
export const PLATFORMS = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'] as const;

/** A released Dapr command: a `.tar.gz` that contains only that command. */
export interface Archive {
  command: string;
  name: string;
  /** The path relative to https://github.com, or to a mirror. */
  path: string;
}

export const readRelease = (file = RELEASE_FILE): Release =>
  releaseSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

/**
 * The platform as it appears in archive names.
 * @throws Failure if there are no archives for this platform
 */
export function platformOf(os: string = process.platform, cpu: string = process.arch): string {
  const name = `${os}_${cpu === 'x64' ? 'amd64' : cpu}`;
  if (PLATFORMS.some((known) => known === name)) return name;
  throw new Failure(`Tocsin cannot download Dapr for ${os} on ${cpu}.`);
}

/** A platform's archives: daprd, placement, scheduler and the CLI. */
export const archivesOf = (release: Release, platform: string): Archive[] =>
  Object.entries(COMMANDS).map(([command, repository]) => {
    const name = `${command}_${platform}.tar.gz`;
    const tag = command === 'dapr' ? release.cli : release.runtime;
    return { command, name, path: `${repository}/releases/download/v${tag}/${name}` };
  });

/**
 * The address to download from: DAPR_MIRROR, or https://github.com if it isn't set.
 * @throws Failure if DAPR_MIRROR isn't a usable address
 */
export function downloadUrlOf(mirror: string | undefined): string {
  if (mirror === undefined) return 'https://github.com';
  const url = URL.canParse(mirror) ? new URL(mirror) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash)
    return url.href.replace(/\/$/, '');
  throw new Failure(
    `DAPR_MIRROR is ${mirror}. Set it to an http(s) address that replaces https://github.com, without a password, query or fragment, then try again.`,
  );
}
