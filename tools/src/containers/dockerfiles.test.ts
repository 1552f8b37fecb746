import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APPS } from '../build/bundle.ts';
import { ROOT } from '../paths.ts';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const stagesOf = (app: string): string[] => read(app, 'Dockerfile').split(/^(?=FROM )/m);
const { workspaces } = z.object({ workspaces: z.array(z.string()) }).parse(JSON.parse(read('package.json')));

describe.each(APPS)('the image of %s', (app) => {
  it('should install the packages by the lock file, in a layer that all images share', () => {
    const [, packages] = stagesOf(app);
    expect(packages).toBe(stagesOf('bff')[1]);
    expect(packages).toMatch(/npm ci --ignore-scripts/);
    for (const workspace of workspaces) {
      expect(packages).toContain(`COPY ${workspace}/package.json ${workspace}/\n`);
    }
  });

  it('should name its base by the whole version', () => {
    const bases = [...read(app, 'Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases.filter((base) => !/^(packages|node:\d+\.\d+\.\d+-bookworm-slim)$/.test(base ?? ''))).toEqual(
      [],
    );
  });

  it('should run one file without a shell, as a user that is not root', () => {
    const [, , , runtime = ''] = stagesOf(app);
    expect(runtime).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(runtime).toMatch(/^CMD \["node", "[\w/]+main\.js"\]$/m);
    expect(runtime).toMatch(/^HEALTHCHECK .* CMD \["node", "healthcheck\.mjs", "\/healthz"\]$/m);
    expect(runtime).not.toMatch(/tsx|npm/);
    // Else nothing outside of the container reaches it.
    expect(runtime).toMatch(/^ENV .*PUBLIC_HOST=0\.0\.0\.0$/m);
  });
});
