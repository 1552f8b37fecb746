import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Publication, SubscribeAnswer, SubscribeRequest, TokenAnswer } from '@tocsin/contracts';
import { Server, type Socket } from 'socket.io';

const at = (offset: number): Publication => ({
  offset,
  notification: {
    id: `n${offset}`,
    feed: 'all',
    severity: 'info',
    title: `n${offset}`,
    createdAt: '2026-01-01T00:00:00Z',
  },
});

/**
 * For tests only. An in-memory gateway with a single log. To refuse a request or leave it unanswered, replace
 * `respond`.
 */
export class Gateway {
  readonly #http = createServer();
  io = new Server(this.#http, { path: '/hubs' });
  log: Publication[] = [];
  epoch = 'e';
  requests: SubscribeRequest[] = [];
  sockets: Socket[] = [];
  respond: (request: SubscribeRequest) => SubscribeAnswer | undefined = (request) => this.page(request);
  onToken: (token: string) => TokenAnswer = () => ({ ok: true });
  onUnsubscribe: () => unknown = () => ({ ok: true });
  url = '';

  async listen(): Promise<void> {
    this.io.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on(
        'subscribe',
        (request: SubscribeRequest, acknowledge: (response: SubscribeAnswer) => void) => {
          this.requests.push(request);
          void socket.join(request.feed);
          const reply = this.respond(request);
          if (reply) acknowledge(reply);
        },
      );
      socket.on('token', ({ token }: { token: string }, acknowledge: (response: TokenAnswer) => void) =>
        acknowledge(this.onToken(token)),
      );
      socket.on('unsubscribe', (_request: unknown, acknowledge: (response: unknown) => void) =>
        acknowledge(this.onUnsubscribe()),
      );
    });
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  page({ feed, position }: SubscribeRequest): { ok: true } & Page {
    const { epoch, log } = this;
    const recovered = !position || (position.epoch === epoch && position.offset <= log.length);
    const publications = !position ? [] : recovered ? log.slice(position.offset) : log.slice(-50);
    return { ok: true, feed, epoch, offset: log.length, recovered, more: false, publications };
  }

  publish(count = 1, { push = true } = {}): void {
    for (let index = 0; index < count; index++) {
      const publication = at(this.log.length + 1);
      this.log.push(publication);
      if (push)
        this.io
          .to('all')
          .emit('publications', { feed: 'all', epoch: this.epoch, publications: [publication] });
    }
  }

  close(): Promise<void> {
    return this.io.close();
  }
}
