import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Forwards all data until `silent` is set, then drops all data without closing connections. */
export class SilentProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  silent = false;

  constructor(target: number) {
    this.#server = createServer((client) => {
      const server = connect(target, '127.0.0.1');
      for (const [from, to] of [[client, server] as const, [server, client] as const]) {
        this.#sockets.add(from);
        from.on('data', (data) => !this.silent && to.write(data));
        from.on('error', () => to.destroy());
        from.on('close', () => this.silent || to.destroy());
      }
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
