import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy between clients and instances, on a port of its own. */
export interface Proxy {
  url: string;
  /** Ends the present connections for the instances only: nothing reaches their clients any more, not even a close. */
  silence(): void;
  close(): Promise<void>;
}

/** Connects each client to the instance that `pick` names at that moment; with none the client is turned away. */
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
    // An error is followed by a close, which is passed on.
    for (const socket of [client, instance]) socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence() {
      for (const [client, instance] of clients) {
        client.unpipe();
        instance.unpipe();
        instance.removeAllListeners('close');
        instance.destroy();
        // What it sends is read and thrown away.
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
