import type { App } from '../build/bundle.ts';
import { Failure } from '../failure.ts';
import { ROOT } from '../paths.ts';
import { endOf, type Docker } from './engine.ts';

export interface BuildFacts {
  version: string;
  /** The commit to record in the image's label. */
  revision: string;
}

/**
 * Builds an application's image.
 * @throws Failure with the last lines of the build's output
 */
export async function buildImage(docker: Docker, app: App, name: string, facts: BuildFacts): Promise<void> {
  const args = [
    ...['build', '--target', app, '--tag', name],
    ...['--build-arg', `VERSION=${facts.version}`, '--build-arg', `REVISION=${facts.revision}`, ROOT],
  ];
  const { code, output } = await docker(args, { env: { DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' } });
  if (code === 0) return;
  throw new Failure(
    `Could not build ${name}. Fix the cause below (often the network or the package registry), then ` +
      `try again:\n${endOf(output, 25)}`,
  );
}

/**
 * Pushes an image to the registry in the image name.
 * @throws Failure with the registry's message
 */
export async function pushImage(docker: Docker, name: string): Promise<void> {
  const { code, output } = await docker(['push', name]);
  if (code === 0) return;
  const host = name.split('/')[0] ?? name;
  const remedy = /denied|unauthorized|authentication|no basic auth/i.test(output)
    ? `\`docker login ${host}\` as a user who can push there`
    : /server gave HTTP response to HTTPS client/i.test(output)
      ? `Set up TLS for the registry, or add it to the engine's \`insecure-registries\``
      : `Check that ${host} is correct and reachable from here`;
  throw new Failure(
    `Could not push ${name}. ${remedy}, then try again. Output of Docker:\n${endOf(output, 5)}`,
  );
}

/** An image's unpacked size in bytes. */
export async function imageBytes(docker: Docker, name: string): Promise<number> {
  const { code, output, stdout } = await docker(['image', 'inspect', '--format', '{{.Size}}', name]);
  if (code === 0) return Number(stdout);
  throw new Failure(`Docker cannot find the image ${name} that it has just built: ${endOf(output)}`);
}
