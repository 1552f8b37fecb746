import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { APPS } from '../build/bundle.ts';
import { DATA_DIR } from '../paths.ts';
import type { Docker } from './engine.ts';
import { imageName, type ImageSource } from './images.ts';

const FILE = join(DATA_DIR, 'image-digests.json');
const digestsSchema = z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/));

/** The digest that the registry reported for a pushed image, or `undefined` if none. */
export async function digestOf(docker: Docker, name: string): Promise<string | undefined> {
  const { code, stdout } = await docker(['image', 'inspect', '--format', '{{json .RepoDigests}}', name]);
  if (code !== 0) return undefined;
  const repository = name.replace(/:[^:/]+$/, '');
  const found = z.array(z.string()).nullable().parse(JSON.parse(stdout)) ?? [];
  return found.find((entry) => entry.startsWith(`${repository}@`))?.slice(repository.length + 1);
}

/** Stores the digests of pushed images by name and tag for `npm run deploy`. Deletes a digest that is `undefined`. */
export function saveDigests(digests: Record<string, string | undefined>, file = FILE): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...readDigests(file), ...digests }, undefined, 2)}\n`);
}

const readDigests = (file: string): Record<string, string> =>
  existsSync(file) ? digestsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};

/** Returns the digests of images that were pushed from this machine with this registry and tag, by application. */
export function findDigests(
  source: ImageSource,
  file = FILE,
): Partial<Record<(typeof APPS)[number], string>> {
  if (source.registry === undefined) return {};
  const digests = readDigests(file);
  return Object.fromEntries(
    APPS.flatMap((app) => {
      const digest = digests[imageName(app, source)];
      return digest === undefined ? [] : [[app, digest]];
    }),
  );
}
