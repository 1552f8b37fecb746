import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess, respondsOk, freePorts, pollUntil, type Pair, type Stack } from '@tocsin/tools';
import { parse, stringify } from 'yaml';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('../../../observability/prometheus', import.meta.url));

const configSchema = z.looseObject({
  global: z.looseObject({}),
  scrape_configs: z.array(
    z.looseObject({
      job_name: z.string(),
      static_configs: z.array(z.looseObject({ targets: z.array(z.string()) })).default([]),
    }),
  ),
});
const responseSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});
const rulesSchema = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            name: z.string(),
            query: z.string(),
            health: z.string(),
            state: z.string(),
            lastError: z.string().default(''),
          }),
        ),
      }),
    ),
  }),
});

export interface Series {
  labels: Record<string, string>;
  value: number;
}
export interface Rule {
  name: string;
  query: string;
  health: string;
  state: string;
  lastError: string;
  /** True once the rule has been evaluated. */
  evaluated: boolean;
}

export interface RunningPrometheus {
  /** Returns an expression's current series. @throws Error with Prometheus's message if the expression is invalid */
  query(expression: string): Promise<Series[]>;
  rules(): Promise<Rule[]>;
  stop(): Promise<void>;
}

/**
 * Maps a scrape target of the compose stack to the corresponding address in the test's stack.
 * @throws Error if the test's stack has no such process
 */
function targetIn(stack: Stack, target: string): string {
  const [host = '', port] = target.split(':');
  const name = host.replace(/-dapr$/, '');
  const pair = [...stack.producers, ...stack.bffs].find((candidate) => nameOf(candidate, stack) === name);
  if (!pair) throw new Error(`prometheus.yml scrapes ${target}, but the stack has no process of that name`);
  return new URL(port === '9090' ? pair.daprMetricsUrl : pair.url).host;
}

/** Returns the pair's name in the compose stack, where the only producer has no number. */
const nameOf = (pair: Pair, stack: Stack): string =>
  stack.producers.includes(pair) ? 'producer' : pair.name;

/**
 * Starts a Prometheus server that uses our configuration and rules, and scrapes the stack every second. Resolves when
 * ready.
 */
export async function startPrometheus(command: string, stack: Stack): Promise<RunningPrometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-prometheus-'));
  const config = configSchema.parse(parse(readFileSync(join(FOLDER, 'prometheus.yml'), 'utf8')));
  const file = join(dir, 'prometheus.yml');
  writeFileSync(
    file,
    stringify({
      ...config,
      global: { ...config.global, scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(FOLDER, 'rules.yml')],
      scrape_configs: config.scrape_configs.map((job) => ({
        ...job,
        static_configs: job.static_configs.map((staticConfig) => ({
          ...staticConfig,
          targets: staticConfig.targets.map((target) => targetIn(stack, target)),
        })),
      })),
    }),
  );
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const prometheus = new ManagedProcess({
    name: 'prometheus',
    command,
    args: [
      ...['--config.file', file, '--storage.tsdb.path', join(dir, 'data')],
      ...['--web.listen-address', `127.0.0.1:${port}`, '--log.level', 'warn'],
    ],
    env: {},
    logFile: join(stack.logDir, 'prometheus.log'),
  });
  const stop = async () => {
    await prometheus.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  await prometheus.start();
  const fault = await pollUntil(() => respondsOk(`${url}/-/ready`), {
    timeoutMs: 30_000,
    giveUp: () => (prometheus.running ? undefined : 'it has exited'),
  });
  if (fault) {
    await stop();
    throw new Error(`Prometheus did not become ready: ${fault}\n${prometheus.tail()}`);
  }
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${url}${path}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  return {
    query: async (expression) => {
      const response = responseSchema.parse(
        await get(`/api/v1/query?query=${encodeURIComponent(expression)}`),
      );
      return response.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { data } = rulesSchema.parse(await get('/api/v1/rules'));
      return data.groups
        .flatMap(({ rules }) => rules)
        .map((rule) => ({ ...rule, evaluated: rule.health !== 'unknown' }));
    },
    stop,
  };
}
