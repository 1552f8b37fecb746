import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  buildClientPackage,
  buildClientVuePackage,
  buildCreatePackage,
  buildPublishPackage,
} from '../build/packages.ts';
import { APPS } from '../build/bundle.ts';
import { productVersion } from '../containers/images.ts';
import { CHART } from '../deploy/chart/chart.ts';
import { Failure } from '../failure.ts';
import { parseOptions, throwIfInvalid } from '../options.ts';
import { ARTIFACTS_DIR, ROOT } from '../paths.ts';
import { run } from '../process/run.ts';
import { readRelease } from '../setup/dapr/release/release.ts';
import { sbom } from '../supply/sbom.ts';
import { changesOf } from './changelog.ts';
import { obstaclesOf } from './obstacles.ts';

const USAGE =
  'npm run release -- [--repository URL] [--publish --npm-registry URL --image-registry HOST[:PORT][/PATH]]';
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Package folders in the repository, in dependency order. */
const PACKAGES = {
  client: buildClientPackage,
  'client-vue': buildClientVuePackage,
  publish: buildPublishPackage,
  'create-tocsin': (outDir: string) => Promise.resolve(buildCreatePackage(outDir)),
};

interface Options {
  repository: string | undefined;
  publish: boolean;
  npmRegistry: string | undefined;
  imageRegistry: string | undefined;
}

function readOptions(args: string[]): Options {
  const { values } = parseOptions(args, USAGE, {
    options: {
      repository: { type: 'string' },
      publish: { type: 'boolean', default: false },
      'npm-registry': { type: 'string' },
      'image-registry': { type: 'string' },
    },
  });
  const { repository, publish } = values;
  const [npmRegistry, imageRegistry] = [values['npm-registry'], values['image-registry']];
  const isAddress = (text: string | undefined) => text === undefined || /^https?:\/\/[^\s@]+$/.test(text);
  throwIfInvalid(
    [
      ...(isAddress(repository) ? [] : [`Invalid --repository ${repository}. Use an http(s) address`]),
      ...(isAddress(npmRegistry) ? [] : [`Invalid --npm-registry ${npmRegistry}. Use an http(s) address`]),
      ...(publish && npmRegistry === undefined ? ['--publish requires --npm-registry'] : []),
      ...(publish && imageRegistry === undefined ? ['--publish requires --image-registry'] : []),
    ],
    USAGE,
  );
  return { repository, publish, npmRegistry, imageRegistry };
}

/**
 * `npm run release`: writes the packages, the chart, the bill of materials, the changes and checksums into
 * .artifacts/release. Without `--publish`, doesn't upload anything, but prints the remaining obstacles and the commands
 * that `--publish` would run.
 * @throws Failure with `--publish` if an obstacle remains or a command fails
 */
export async function release(args: string[]): Promise<number> {
  const options = readOptions(args);
  const version = productVersion();
  const git = async (...words: string[]) => (await run('git', words, { cwd: ROOT })).stdout;
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const revision = (await git('rev-parse', 'HEAD')).trim();
  const obstacles = obstaclesOf({
    version,
    changes: await git('status', '--porcelain'),
    tags: (await git('tag', '--points-at', 'HEAD')).split('\n'),
    changelog,
    dapr: readRelease(),
    repository: options.repository,
  });
  if (options.publish && obstacles.length > 0)
    throw new Failure(`Nothing was published:\n  ${obstacles.join('\n  ')}`);

  const folder = join(ARTIFACTS_DIR, 'release', version);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tarballs = await packAll(folder, options.repository, revision);
  await packChart(folder, version);
  await sbom();
  copyFileSync(join(ARTIFACTS_DIR, 'sbom.cdx.json'), join(folder, 'sbom.cdx.json'));
  writeFileSync(join(folder, 'CHANGES.md'), `${changesOf(changelog, version)}\n`);
  writeChecksums(folder);
  for (const file of readdirSync(folder).sort()) say(`Wrote ${relative(ROOT, join(folder, file))}`);

  const registry = options.npmRegistry ?? 'https://npm.example.com';
  const images = options.imageRegistry ?? 'registry.example.com/team';
  const commands = [
    ...tarballs.map((file) => ['npm', 'publish', file, '--registry', registry]),
    ['docker', 'buildx', 'bake', '--file', 'docker-bake.json', '--push'],
  ];
  const env = { REGISTRY: images, VERSION: version, REVISION: revision };
  if (!options.publish) {
    say('\nDry run: nothing was published. `--publish` runs these commands:');
    for (const command of commands) say(`  ${command.join(' ')}`);
    say(
      `  (with REGISTRY=${images} VERSION=${version} REVISION=${revision}: ${APPS.join(', ')}, amd64 and arm64)`,
    );
    if (obstacles.length > 0) say(`\nBefore you publish:\n  ${obstacles.join('\n  ')}`);
    return 0;
  }
  for (const [program = '', ...words] of commands) {
    const { code, output } = await run(program, words, { cwd: ROOT, env });
    if (code !== 0)
      throw new Failure(
        `${program} ${words.join(' ')} failed. Everything published before it remains published:\n${output.slice(-2_000)}`,
      );
    say(`Done: ${program} ${words.join(' ')}`);
  }
  return 0;
}

/** Builds and packs each package. Returns the tarballs, relative to the repository. */
async function packAll(folder: string, repository: string | undefined, revision: string): Promise<string[]> {
  const files: string[] = [];
  for (const [name, build] of Object.entries(PACKAGES)) {
    const dir = join(folder, `build-${name}`);
    await build(dir);
    const path = join(dir, 'package.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
    const origin = { type: 'git', url: `git+${repository}.git`, directory: name };
    const more = { ...(repository && { repository: origin }), gitHead: revision };
    writeFileSync(path, `${JSON.stringify({ ...manifest, ...more }, null, 2)}\n`);
    const { code, stdout, output } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: dir,
    });
    if (code !== 0) throw new Failure(`npm pack failed for ${name}:\n${output}`);
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    files.push(relative(ROOT, join(folder, filename)));
    rmSync(dir, { recursive: true });
  }
  return files;
}

/** Packs the chart as `helm package` does: inside the archive, all files are in a folder named after the chart. */
async function packChart(folder: string, version: string): Promise<void> {
  const copy = join(folder, 'tocsin');
  cpSync(CHART, copy, { recursive: true });
  const { code, output } = await run('tar', [
    '-czf',
    join(folder, `tocsin-${version}.chart.tgz`),
    '-C',
    folder,
    'tocsin',
  ]);
  if (code !== 0) throw new Failure(`The chart could not be packed: ${output}`);
  rmSync(copy, { recursive: true });
}

function writeChecksums(folder: string): void {
  const lines = readdirSync(folder)
    .sort()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')}  ${file}\n`,
    );
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
}
