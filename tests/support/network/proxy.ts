import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy between clients and instances. */
export interface Proxy {
  url: string;
  /** Closes the current connections only on the instances' side. The clients receive no more data and no close. */
  silence(): void;
  /** Closes the current connections on both sides. */
  cut(): void;
  close(): Promise<void>;
}

/** Connects each client to the instance that `pick` currently returns. Rejects the client if that is `undefined`. */
export async function startProxy(pick: () => string | undefined): Promise<Proxy> {
  const clients = new Map<Socket, Socket>();
  const server = createServer((client) => {
    const target = pick();
    if (target === undefined) return client.destroy();
    const { hostname, port } = new URL(target);
    const instance = connect(Number(port), hostname);
    clients.set(client, instance);
    client.pipe(instance).pipe(client);
    client.on('close', () => {
      clients.delete(client);
      instance.destroy();
    });
    instance.on('close', () => client.destroy());
    // After an error, the socket closes, and the close is forwarded.
    for (const socket of [client, instance]) socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      for (const client of clients.keys()) client.destroy();
    },
    silence() {
      for (const [client, instance] of clients) {
        client.unpipe();
        instance.unpipe();
        instance.removeAllListeners('close');
        instance.destroy();
        // Read and discard the client's data.
        client.resume();
      }
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const client of clients.keys()) client.destroy();
      await closed;
    },
  };
}
