import { join } from 'node:path';
import { findDocker, freePorts, pollUntil, type Docker } from '@tocsin/tools';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '../..');
/** A separate project name so that other stacks keep running. Only a single test run can use it at a time. */
const NAME = 'tocsin-test';
const HEALTHY_TIMEOUT_MS = 90_000;

export const hasDocker = await findDocker().then(
  () => true,
  () => false,
);

const stateSchema = z.object({
  Running: z.boolean(),
  Health: z.object({ Status: z.string() }).optional(),
});

export interface ComposeProjectOptions {
  /** The folder with the compose files. */
  root?: string;
  files?: readonly string[];
}

/** Runs docker-compose.yml as a separate project with free ports, a new password and an empty history. */
export class ComposeProject {
  readonly #docker: Docker;
  readonly #root: string;
  readonly #ports: readonly number[];
  readonly #env: Record<string, string>;
  /** The edge's URL for pages and bffs. */
  readonly url: string;
  /** The edge's URL for publishers. */
  readonly publishUrl: string;

  private constructor(
    docker: Docker,
    ports: readonly number[],
    { root = ROOT, files = ['docker-compose.yml'] }: ComposeProjectOptions = {},
  ) {
    const [page = 0, publish = 0] = ports;
    this.#docker = docker;
    this.#root = root;
    this.#ports = ports;
    this.#env = {
      ...{ TOCSIN_PORT: String(page), TOCSIN_PUBLISH_PORT: String(publish) },
      COMPOSE_FILE: files.join(':'),
    };
    this.url = `http://127.0.0.1:${page}`;
    this.publishUrl = `http://127.0.0.1:${publish}`;
  }

  /** Creates the project without starting it. First removes leftovers from an interrupted run. */
  static async create(options?: ComposeProjectOptions): Promise<ComposeProject> {
    const project = new ComposeProject(await findDocker(), await freePorts(2), options);
    await project.remove();
    return project;
  }

  /** Returns the same project with this repository's docker-compose.yml. */
  upgraded(): ComposeProject {
    return new ComposeProject(this.#docker, this.#ports);
  }

  /** Runs `docker compose <args>`. @throws Error with the output */
  compose(...args: string[]): Promise<string> {
    return this.composeWith({}, ...args);
  }

  async composeWith(env: Record<string, string>, ...args: string[]): Promise<string> {
    const command = ['compose', '--ansi', 'never', '--progress', 'plain', '-p', NAME, ...args];
    const { code, output, stdout } = await this.#docker(command, {
      cwd: this.#root,
      env: { ...this.#env, ...env },
    });
    if (code !== 0) throw new Error(`docker compose ${args.join(' ')} exited with ${code}:\n${output}`);
    return stdout.trim();
  }

  /** Runs the `doctor` service. Resolves with the exit code and output. */
  async doctor(): Promise<{ code: number; output: string }> {
    const command = ['compose', '--progress', 'quiet', '-p', NAME, 'run', '--rm', '-T', 'doctor'];
    const { code, stdout, output } = await this.#docker(command, { cwd: this.#root, env: this.#env });
    return { code, output: stdout || output };
  }

  /** Starts the containers and waits until they're all healthy. @throws Error with each container's last log lines */
  async up(...args: string[]): Promise<void> {
    try {
      await this.compose('up', '-d', '--wait', '--wait-timeout', '300', ...args);
    } catch (error) {
      throw new Error(await this.compose('logs', '--no-color', '--tail', '15'), { cause: error });
    }
  }

  async remove(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '5');
  }

  async services(): Promise<string[]> {
    return (await this.compose('ps', '--services')).split('\n').sort();
  }

  /**
   * Starts a killed or stopped container, as the restart policy would after a crash, and waits until it's healthy.
   * (`compose up --wait` gives up immediately if any other container is unhealthy, for example a bff with a dead
   * sidecar.)
   */
  async restartStopped(service: string): Promise<void> {
    const id = await this.container(service);
    await this.docker('start', id);
    await this.untilHealthy(service);
  }

  async untilHealthy(service: string): Promise<void> {
    const id = await this.container(service);
    const fault = await pollUntil(
      async () => {
        const state = await this.docker('inspect', '--format', '{{json .State}}', id);
        const { Running, Health } = stateSchema.parse(JSON.parse(state));
        return Running && (Health === undefined || Health.Status === 'healthy');
      },
      { timeoutMs: HEALTHY_TIMEOUT_MS, everyMs: 250 },
    );
    if (!fault) return;
    throw new Error(
      `${service}: ${fault}\n${await this.compose('logs', '--no-color', '--tail', '30', service)}`,
    );
  }

  /** Docker's name for a project network. */
  network(key: string): string {
    return `${NAME}_${key}`;
  }

  serviceOf(container: string): string {
    return container.replace(`${NAME}-`, '').replace(/-\d+$/, '');
  }

  container(service: string): Promise<string> {
    return this.compose('ps', '--all', '--quiet', service);
  }

  /** Names of the project's remaining containers, networks and volumes. */
  async leftovers(): Promise<{ containers: string[]; networks: string[]; volumes: string[] }> {
    const projectFilter = ['--filter', `label=com.docker.compose.project=${NAME}`];
    const lines = (text: string) => text.split('\n').filter(Boolean).sort();
    return {
      containers: lines(await this.docker('ps', '--all', '--format', '{{.Names}}', ...projectFilter)),
      networks: lines(await this.docker('network', 'ls', '--format', '{{.Name}}', ...projectFilter)),
      volumes: lines(await this.docker('volume', 'ls', '--format', '{{.Name}}', ...projectFilter)).map(
        (name) => name.replace(`${NAME}_`, ''),
      ),
    };
  }

  /** Runs `docker <args>`. @throws Error with the output */
  async docker(...args: string[]): Promise<string> {
    const { code, output, stdout } = await this.#docker(args);
    if (code !== 0) throw new Error(`docker ${args.join(' ')} exited with ${code}: ${output}`);
    return stdout.trim();
  }
}
