import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NegotiateOptions } from '@azure/web-pubsub-socket.io';
import type { Logger } from '@tocsin/service';
import type { Server } from 'socket.io';
import { TemporaryError } from '../../deliver/errors.ts';
import type { AzureConnectionString } from './connection-string.ts';

const HUB = 'tocsin';
/** Lifetime of a connection token. Short because clients connect immediately. */
const TOKEN_MINUTES = 5;

/**
 * Lets browsers connect to Azure Web PubSub for Socket.IO instead of this instance. The instance connects to the
 * service and serves the browsers through it. Traffic between instances doesn't change.
 */
export class AzureSockets {
  readonly endpoint: string;
  readonly #options: { hub: string; connectionString: string };
  readonly #log: Logger;
  #connected = false;

  constructor({ endpoint, connectionString }: AzureConnectionString, log: Logger) {
    this.endpoint = endpoint;
    this.#options = { hub: HUB, connectionString };
    this.#log = log;
  }

  /**
   * Starts connecting, and retries until connected or `io` is closed. Restores the `io` adapter that the library
   * replaces.
   */
  async attach(io: Server): Promise<void> {
    const adapter = io.adapter();
    const { useAzureSocketIO } = await import('@azure/web-pubsub-socket.io');
    // The library synchronously replaces the engine and the adapter. The library's adapter doesn't know about other
    // instances, so restore ours below. The cast is needed because the library bundles types from an older socket.io.
    const connecting = useAzureSocketIO(io as never, this.#options);
    if (adapter) io.adapter(adapter);
    connecting.then(
      () => {
        this.#connected = true;
        this.#log.info({ endpoint: this.endpoint }, 'connected to Azure Web PubSub');
      },
      (err: unknown) => this.#log.info({ err }, 'stopped trying to connect to Azure Web PubSub'),
    );
  }

  /** Rejects until this instance has connected to the service for the first time. */
  async ready(): Promise<void> {
    if (!this.#connected)
      throw new TemporaryError(`this instance is not connected to Azure Web PubSub at ${this.endpoint} yet`);
  }

  /** Answers a request with `{endpoint, path, token}`, which browsers can use to connect within a few minutes. */
  async negotiate(request: IncomingMessage, response: ServerResponse, userId?: string): Promise<void> {
    const { negotiate } = await import('@azure/web-pubsub-socket.io');
    const options: NegotiateOptions = {
      expirationTimeInMinutes: TOKEN_MINUTES,
      ...(userId !== undefined && { userId }),
    };
    negotiate(this.#options, () => Promise.resolve(options))(request, response, () => undefined);
  }
}
