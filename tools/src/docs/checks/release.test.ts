import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '@tocsin/service';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../../paths.ts';

const manifestSchema = z.object({
  version: z.string(),
  workspaces: z.array(z.string()).default([]),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
const manifest = (folder: string) =>
  manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')));

const { workspaces } = manifest('.');

describe('the version of the product', () => {
  it.each(['.', ...workspaces])(
    'should match the version of the package in %s and the versions of our packages that it depends on',
    (folder) => {
      const { version, dependencies, devDependencies } = manifest(folder);
      const ours = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) =>
        name.startsWith('@tocsin/'),
      );
      expect(version).toBe(VERSION);
      expect(ours.filter(([, used]) => used !== VERSION)).toEqual([]);
    },
  );

  it('should have a dated section in the changelog, below the unreleased section', () => {
    const sections = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').match(/^## .+$/gm) ?? [];
    expect(sections[0]).toBe('## Unreleased');
    expect(sections[1]).toMatch(new RegExp(`^## ${VERSION.replaceAll('.', '\\.')} - \\d{4}-\\d{2}-\\d{2}$`));
  });
});
