import { connect } from 'node:net';
import { GenericContainer, Network, Wait } from 'testcontainers';
import { Toxiproxy } from './toxiproxy.ts';

/** Must match the image in docker-compose.yml. */
const REDIS_IMAGE = 'valkey/valkey:8.0.1';
const TOXIPROXY_IMAGE = 'ghcr.io/shopify/toxiproxy:2.5.0';
const API_PORT = 8474;
const PROXY_PORT = 8666;

// Disables Ryuk, a container that cleans up if this process is killed. Ryuk would need another image.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';

export interface ProxiedRedis {
  /** `host:port` of the proxy, the only way to reach this Redis. */
  redisHost: string;
  toxiproxy: Toxiproxy;
  /** Removes the containers, the data and the network. */
  stop(): Promise<void>;
}

/** Starts a Redis that syncs every write, behind Toxiproxy. If that fails, removes all containers. */
export async function startProxiedRedis(): Promise<ProxiedRedis> {
  const started: { stop(): Promise<unknown> }[] = [];
  const stopLater = <T extends { stop(): Promise<unknown> }>(resource: T): T => {
    started.unshift(resource);
    return resource;
  };
  const stop = async () => {
    const faults: unknown[] = [];
    for (const resource of started.splice(0))
      await resource.stop().catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw new AggregateError(faults, 'a container or its network was not removed');
  };
  try {
    const network = stopLater(await new Network().start());
    stopLater(
      await new GenericContainer(REDIS_IMAGE)
        .withCommand([
          'valkey-server',
          '--protected-mode',
          'no',
          '--appendonly',
          'yes',
          '--appendfsync',
          'always',
        ])
        .withNetwork(network)
        .withNetworkAliases('redis')
        .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
        .start(),
    );
    const proxy = stopLater(
      await new GenericContainer(TOXIPROXY_IMAGE)
        .withNetwork(network)
        .withExposedPorts(API_PORT, PROXY_PORT)
        .withWaitStrategy(Wait.forHttp('/version', API_PORT))
        .start(),
    );
    const host = proxy.getHost();
    const toxiproxy = new Toxiproxy(`http://${host}:${proxy.getMappedPort(API_PORT)}`);
    await toxiproxy.forward(PROXY_PORT, 'redis:6379');
    // Prefer the container's own address. Docker might forward a published port through a proxy, and that proxy turns a
    // reset into a regular close.
    const address = proxy.getIpAddress(network.getName());
    const isDirect = await accepts(address, PROXY_PORT);
    const redisHost = isDirect ? `${address}:${PROXY_PORT}` : `${host}:${proxy.getMappedPort(PROXY_PORT)}`;
    return { redisHost, toxiproxy, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** True if a connection is accepted within a second. */
const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const done = (isAccepted: boolean) => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
