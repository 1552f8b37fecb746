import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APPS } from '../build/bundle.ts';
import { ROOT } from '../paths.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { workspaces } = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(read('package.json')));

const stages = new Map(
  read('Dockerfile')
    .split(/^(?=FROM )/m)
    .map((text) => [/^FROM \S+ AS (\S+)/.exec(text)?.[1] ?? '', text]),
);
const stage = (name: string): string => {
  const text = stages.get(name);
  if (text === undefined) throw new Error(`The Dockerfile has no ${name} stage.`);
  return text;
};

/**
 * The lines in .dockerignore. The file first excludes everything, then re-includes what the build context needs
 * (`!name`).
 */
const dockerignoreLines = read('.dockerignore').split('\n');

describe('the Dockerfile', () => {
  it('should install every workspace’s packages from the lock file, without running install scripts', () => {
    expect(stage('packages')).toMatch(/npm ci --ignore-scripts/);
    for (const workspace of workspaces) {
      expect(stage('packages')).toContain(`COPY ${workspace}/package.json ${workspace}/\n`);
      expect(
        [`!${workspace}`, `!${workspace}/package.json`].some((line) => dockerignoreLines.includes(line)),
        workspace,
      ).toBe(true);
    }
  });

  it('should build on one pinned version of Node', () => {
    const bases = [...stages.values()].map((text) => /^FROM (\S+)/.exec(text)?.[1] ?? 'node');
    const images = new Set(bases.filter((base) => !stages.has(base)).slice(1));
    expect([...images]).toEqual([expect.stringMatching(/^node:\d+\.\d+\.\d+-bookworm-slim$/)]);
  });

  it('should have a health check and a non-root user in all images', () => {
    expect(stage('runtime')).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(stage('runtime')).toMatch(/^HEALTHCHECK .* CMD \["node", "healthcheck\.mjs", "\/healthz"\]$/m);
    // With the default, 127.0.0.1, the port would be unreachable from outside the container.
    expect(stage('runtime')).toMatch(/^ENV .*PUBLIC_HOST=0\.0\.0\.0$/m);
  });

  it.each(APPS)('should run a single file without a shell in the %s image', (app) => {
    expect(stage(app)).toMatch(/^FROM runtime AS /);
    expect(stage(app)).toMatch(/^CMD \["node", "[\w/]+main\.js"\]$/m);
    expect(stage(app)).not.toMatch(/^(USER|ENTRYPOINT|HEALTHCHECK)|tsx|npm/m);
  });
});

it('should give the sidecars the public CA certificates, and openssl for the first start', () => {
  const [, packages = ''] =
    /apt-get install --yes --no-install-recommends ([\w -]+)/.exec(read('compose/sidecar/Dockerfile')) ?? [];
  expect(packages.trim().split(' ')).toEqual(['ca-certificates', 'openssl']);
});

describe('docker-bake.json', () => {
  const targetSchema = z.object({
    inherits: z.array(z.string()).default([]),
    target: z.string().optional(),
    tags: z.array(z.string()).default([]),
    platforms: z.array(z.string()).default([]),
    attest: z.array(z.string()).default([]),
  });
  const bake = z
    .object({
      group: z.object({ default: z.object({ targets: z.array(z.string()) }) }),
      target: z.record(z.string(), targetSchema),
    })
    .parse(JSON.parse(read('docker-bake.json')));

  it('should build every application’s image for amd64 and arm64, including provenance and a bill of materials', () => {
    expect(bake.group.default.targets.sort()).toEqual([...APPS].sort());
    expect(bake.target['shared']?.platforms).toEqual(['linux/amd64', 'linux/arm64']);
    expect(bake.target['shared']?.attest).toEqual(['type=provenance,mode=max', 'type=sbom']);
    for (const app of APPS) {
      const { inherits, target = '', tags } = bake.target[app] ?? targetSchema.parse({});
      expect(inherits).toEqual(['shared']);
      expect(stage(target)).toContain(` AS ${app}`);
      expect(tags).toEqual([`\${REGISTRY}/tocsin-${app}:\${VERSION}`]);
    }
  });
});
