import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  /** `host:port` of the relay. */
  address: string;
  /** Stops forwarding data on the current connections, which stay open. New connections work. */
  forget(): void;
  stop(): void;
}

/** Starts a relay to `target` (`host:port`) that can drop connections silently, like a firewall. */
export async function startRelay(target: string): Promise<Relay> {
  const [host = '', port = ''] = target.split(':');
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const upstream = connect(Number(port), host);
    for (const [socket, other] of [
      [near, upstream],
      [upstream, near],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      // A close event follows the error.
      socket.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    forget: () => {
      for (const socket of open) socket.unpipe().pause();
    },
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
