import { randomUUID } from 'node:crypto';
import { CommunicationProtocolEnum, DaprClient, LogLevel } from '@dapr/dapr';
import { COMPONENTS } from '@tocsin/contracts';
import { pause } from '@tocsin/contracts/pause';
import { Sidecar } from '@tocsin/service';
import type { Pair } from '@tocsin/tools/stack/pair';
import { startStack } from '@tocsin/tools/stack/stack';
import { median, quantile } from './quantile.ts';

const ROUNDS = 7;
const CALLS = 1_000;
const CONCURRENCY = 64;
const WARM_UP = 500;

interface Client {
  name: string;
  create(key: string, data: object): Promise<unknown>;
  get(key: string): Promise<unknown>;
  close(): Promise<unknown>;
}

interface Figures {
  /** This process's CPU time per call (µs) with `CONCURRENCY` concurrent calls. */
  cpu: number;
  /** Latency (ms) of sequential calls. */
  p50: number;
  p99: number;
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * `npm run bench:sidecar`: compares our sidecar client with the Dapr SDK's clients. Alternates between the clients on
 * the same sidecar.
 */
export async function benchSidecar(_args: string[], signal: AbortSignal): Promise<number> {
  const stack = await startStack({ bffs: 0, env: { LOG_LEVEL: 'warn' } });
  try {
    const [pair] = stack.producers;
    if (!pair) throw new Error('The stack has no producer.');
    const clients = [ownClient(pair), await sdkClient(pair, 'http'), await sdkClient(pair, 'grpc')];
    try {
      await measure(clients, signal);
    } finally {
      // Wait for at most a second, because the SDK's gRPC client might never close its connection.
      await Promise.race([Promise.all(clients.map((client) => client.close())), pause(1_000)]);
    }
    return 0;
  } finally {
    await stack.stop();
  }
}

async function measure(clients: readonly Client[], signal: AbortSignal): Promise<void> {
  const figures = new Map(clients.map(({ name }) => [name, [] as Figures[]]));
  for (const client of clients) await measureCalls(client, WARM_UP, CONCURRENCY);
  for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
    // Start each round with a different client.
    const order = [...clients.slice(round % clients.length), ...clients.slice(0, round % clients.length)];
    for (const client of order) figures.get(client.name)?.push(await runRound(client));
  }
  const medians = [...figures].map(([name, rounds]) => ({
    name,
    cpu: median(rounds.map(({ cpu }) => cpu)),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
  }));
  const base = medians[0];
  say(
    `\nBinding calls with 1 KB, half create and half get; medians of ${ROUNDS} interleaved rounds with ${CALLS} calls`,
  );
  for (const { name, cpu, p50, p99 } of medians) {
    const ratio = (value: number, divisor: number | undefined) => `×${(value / (divisor ?? 1)).toFixed(2)}`;
    say(
      `  ${name.padEnd(10)} CPU ${cpu.toFixed(0).padStart(5)} µs ${ratio(cpu, base?.cpu)}   ` +
        `p50 ${p50.toFixed(2)} ms ${ratio(p50, base?.p50)}   p99 ${p99.toFixed(2)} ms ${ratio(p99, base?.p99)}`,
    );
  }
}

async function runRound(client: Client): Promise<Figures> {
  const before = process.cpuUsage();
  await measureCalls(client, CALLS, CONCURRENCY);
  const { user, system } = process.cpuUsage(before);
  const latencies = await measureCalls(client, CALLS, 1);
  return { cpu: (user + system) / CALLS, p50: median(latencies), p99: quantile(latencies, 0.99) };
}

/** Makes `count` calls, `concurrency` at a time. Resolves with each call's latency (ms). */
async function measureCalls(client: Client, count: number, concurrency: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = count / 2;
  const data = { v: 1, notifications: [{ id: randomUUID(), title: 'measured', body: 'x'.repeat(900) }] };
  const timed = async (call: Promise<unknown>) => {
    const started = performance.now();
    await call;
    latencies.push(performance.now() - started);
  };
  const lane = async () => {
    while (left-- > 0) {
      const key = `bench:${randomUUID()}`;
      await timed(client.create(key, data));
      await timed(client.get(key));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return latencies;
}

const tokenOf = (pair: Pair): string | undefined => pair.daprHeaders['dapr-api-token'];

function ownClient(pair: Pair): Client {
  const sidecar = new Sidecar({ httpPort: pair.daprHttpPort, token: tokenOf(pair), timeoutMs: 10_000 });
  return {
    name: 'ours',
    create: (key, data) =>
      sidecar.invokeBinding(COMPONENTS.entries, {
        operation: 'create',
        metadata: { key, ttlInSeconds: '60' },
        data,
      }),
    get: (key) => sidecar.invokeBinding(COMPONENTS.entries, { operation: 'get', metadata: { key } }),
    close: () => sidecar.close(),
  };
}

async function sdkClient(pair: Pair, protocol: 'http' | 'grpc'): Promise<Client> {
  const isHttp = protocol === 'http';
  const token = tokenOf(pair);
  const client = new DaprClient({
    daprHost: '127.0.0.1',
    daprPort: isHttp ? String(pair.daprHttpPort) : String(pair.app.spec.env.DAPR_GRPC_PORT),
    communicationProtocol: isHttp ? CommunicationProtocolEnum.HTTP : CommunicationProtocolEnum.GRPC,
    ...(token !== undefined && { daprApiToken: token }),
    logger: { level: LogLevel.Error },
  });
  await client.start();
  return {
    name: `SDK, ${protocol === 'http' ? 'HTTP' : 'gRPC'}`,
    create: (key, data) =>
      client.binding.send(COMPONENTS.entries, 'create', data, { key, ttlInSeconds: '60' }),
    get: (key) => client.binding.send(COMPONENTS.entries, 'get', undefined, { key }),
    close: () => client.stop(),
  };
}
