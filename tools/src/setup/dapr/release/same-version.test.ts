import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../../paths.ts';
import { readRelease } from './release.ts';

const { runtime, cli } = readRelease();

/** Files that contain a Dapr version, each with a pattern that captures it. */
const PLACES: [file: string, pattern: RegExp, version: string][] = [
  ['docker-compose.yml', /image: (?:ghcr\.io\/dapr\/\w+|tocsin-sidecar):(\S+)/g, runtime],
  ['compose/sidecar/Dockerfile', /^FROM ghcr\.io\/dapr\/daprd:(\S+)/gm, runtime],
  ['tools/src/deploy/cluster/installed-dapr.ts', /helm-charts --version (\S+)/g, runtime],
  ['tools/dapr/runtime/go.mod', /github\.com\/dapr\/dapr v(\S+)/g, runtime],
  ['tools/dapr/cli/go.mod', /github\.com\/dapr\/cli v(\S+)/g, cli],
];

it.each(PLACES)('should have the version of tools/dapr/release.json: %s', (file, pattern, version) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const versions = Array.from(text.matchAll(pattern), ([, found]) => found);
  expect(versions.length).toBeGreaterThan(0);
  expect(new Set(versions)).toEqual(new Set([version]));
});
