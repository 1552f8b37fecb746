import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  deletePushSchema,
  emailCodeSchema,
  putEmailSchema,
  putPushSchema,
  type Channels,
  type LinkedNotification,
  type Publication,
} from '@tocsin/contracts';

interface Request {
  request: IncomingMessage;
  url: URL;
  response: ServerResponse;
  body: () => Promise<unknown>;
}

/** Serves a reader's channels, and single notifications, from memory as a bff would. */
export class FakeAway {
  readonly #feed: (feed: string) => { epoch: string; log: Publication[] };
  /** Status for all channel requests. 404: no channels. 403: not signed in. 503: unavailable. */
  status: 200 | 403 | 404 | 503 = 404;
  /** Rejects requests for a code, as a bff does after five requests in a day. */
  hasTooManyCodes = false;
  /** The address in the reader's token. */
  offered: string | null = 'ada@example.com';
  address: string | null = null;
  /** The names of the deployment's channels. */
  names = ['email', 'push'];
  /** True if a channel sends e-mail. `undefined` simulates an earlier server that doesn't report this. */
  usesEmail: boolean | undefined;
  code = '12345678';
  /** The addresses to which a code was sent. */
  codesSentTo: string[] = [];
  devices: { endpoint: string; language: string | undefined }[] = [];

  constructor(feed: (feed: string) => { epoch: string; log: Publication[] }) {
    this.#feed = feed;
  }

  /** Handles the request and returns true if it's for one of these routes. */
  async serve({ request, url, response, body }: Request): Promise<boolean> {
    if (url.pathname === '/app/notification') this.#linked(url, response);
    else if (url.pathname.startsWith('/app/channels')) {
      if (this.status === 200)
        await this.#serveChannels(
          `${request.method ?? ''} ${url.pathname.slice('/app'.length)}`,
          response,
          body,
        );
      else json(response, {}, this.status);
    } else return false;
    return true;
  }

  #linked({ searchParams }: URL, response: ServerResponse): void {
    const feed = searchParams.get('feed') ?? 'all';
    const { epoch, log } = this.#feed(feed);
    const publication = log.find(({ notification }) => notification?.id === searchParams.get('id'));
    if (publication) json(response, { feed, epoch, publication } satisfies LinkedNotification);
    else json(response, {}, 404);
  }

  async #serveChannels(name: string, response: ServerResponse, body: Request['body']): Promise<void> {
    const done = () => void response.writeHead(204).end();
    switch (name) {
      case 'GET /channels':
        return json(response, this.#channels());
      case 'PUT /channels/email': {
        const { code } = putEmailSchema.parse(await body());
        if (code !== undefined && code !== this.code) return json(response, {}, 400);
        this.address = code === undefined ? this.offered : (this.codesSentTo.at(-1) ?? null);
        return done();
      }
      case 'DELETE /channels/email':
        this.address = null;
        return done();
      case 'POST /channels/email/code': {
        if (this.hasTooManyCodes) return json(response.setHeader('retry-after', '86400'), {}, 429);
        const { success, data } = emailCodeSchema.safeParse(await body());
        if (!success) return json(response, {}, 400);
        this.codesSentTo.push(data.address);
        return done();
      }
      case 'PUT /channels/push': {
        const { subscription, language } = putPushSchema.parse(await body());
        this.devices.push({ endpoint: subscription.endpoint, language });
        return done();
      }
      case 'DELETE /channels/push': {
        const { endpoint } = deletePushSchema.parse(await body());
        this.devices = this.devices.filter((device) => device.endpoint !== endpoint);
        return done();
      }
      default:
        return json(response, {}, 405);
    }
  }

  #channels(): Channels {
    const isReached = { email: this.address !== null, push: this.devices.length > 0 };
    return {
      channels: this.names.map((name) => ({ name, reaches: isReached[name as 'email'] })),
      email: {
        ...{ address: this.address, offered: this.offered },
        ...(this.usesEmail !== undefined && { used: this.usesEmail }),
      },
      push: {
        publicKey: this.names.includes('push') ? 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQ' : null,
        endpoints: this.devices.map(({ endpoint }) => endpoint),
      },
    };
  }
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
