import { APPS } from '../build/bundle.ts';
import { ROOT } from '../paths.ts';
import { table } from '../print/table.ts';
import { unlessStopped } from '../process/stop-signal.ts';
import { run } from '../process/run.ts';
import { digestOf, saveDigests } from './digests.ts';
import { findDocker, type Docker } from './engine.ts';
import { buildImage, imageBytes, pushImage } from './image-steps.ts';
import { imageName, productVersion } from './images.ts';
import { readContainersOptions, type ContainersOptions } from './options.ts';
import { measureStart } from './start-time.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const HEADING = ['image', 'MB', 'ms to healthy'];

/**
 * `npm run containers`: builds images for producer, bff and ui, starts each image without other services, and prints
 * its size and how long it took to become healthy. `--push` pushes the images and stores their digests, which
 * `npm run deploy` then uses. Safe to repeat.
 */
export async function containers(args: string[], signal: AbortSignal): Promise<number> {
  const options = readContainersOptions(args);
  const docker = await findDocker();
  await unlessStopped(signal, buildAndPush(docker, options));
  return 0;
}

async function buildAndPush(docker: Docker, options: ContainersOptions): Promise<void> {
  const facts = { version: productVersion(), revision: await revision() };
  const rows: (string | number)[][] = [];
  for (const app of APPS) {
    const name = imageName(app, options);
    say(`Building ${name}.`);
    await buildImage(docker, app, name, facts);
    const startMs = await measureStart(docker, name);
    rows.push([name, Math.round((await imageBytes(docker, name)) / 1e6), Math.round(startMs)]);
  }
  say(`\n${table([HEADING, ...rows])}\n`);
  if (!options.push) return;
  for (const app of APPS) {
    const name = imageName(app, options);
    say(`Pushing ${name}.`);
    await pushImage(docker, name);
    const digest = await digestOf(docker, name);
    saveDigests({ [name]: digest });
    say(
      digest === undefined
        ? 'The registry reported no digest, so deploy will use the tag.'
        : `Digest: ${digest}`,
    );
  }
  say(
    `Pushed. Deploy the images with \`npm run deploy -- --registry ${options.registry} --tag ${options.tag}\`.`,
  );
}

/** The commit checked out in this folder, or `unknown` without git. */
async function revision(): Promise<string> {
  const { code, stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: ROOT }).catch(() => ({
    code: 1,
    stdout: '',
  }));
  return code === 0 ? stdout.trim() : 'unknown';
}
