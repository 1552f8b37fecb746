import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../paths.ts';

/** Folders to skip. `templates` is skipped because the chart's templates are generated from `k8s/base`. */
const SKIPPED = ['node_modules', '.git', '.artifacts', '.data', 'dist', 'templates'];
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (SKIPPED.includes(entry.name)) return [];
    return entry.isDirectory() ? filesIn(path) : [path];
  });

/** The pattern for image names in each kind of file. */
const IMAGE_PATTERNS: [RegExp, RegExp][] = [
  [/(^|\/)Dockerfile$/, /^FROM (?:--\S+ )?(\S+)/gm],
  [/\.ya?ml$/, /^[ \t]*(?:- )?image: ['"]?([^\s'"]+)/gm],
  [/\.json$/, /"image": "([^"]+)"/g],
  [/(?<!\.test)\.ts$/, /_IMAGE = '([^']+)'/g],
  [/\.md$/, /--image=(\S+)/g],
];
/** The stages in our Dockerfiles, and our own images, for which `npm run deploy` fills in the tag. */
const OURS = /^(packages|sources|runtime|dapr|tocsin-(producer|bff|ui))$/;
const FULL_VERSION = /:v?\d+\.\d+\.\d+(-\w+)*$|@sha256:[0-9a-f]{64}$/;

const images = filesIn('.').flatMap((file) =>
  IMAGE_PATTERNS.filter(([kind]) => kind.test(file)).flatMap(([, image]) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(image)].map(([, name = '']) => ({ file, name })),
  ),
);

it('should pin every image to a full version or digest', () => {
  expect(images.length).toBeGreaterThan(25);
  expect(images.filter(({ name }) => !OURS.test(name) && !FULL_VERSION.test(name))).toEqual([]);
});
