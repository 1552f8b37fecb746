import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NegotiateOptions } from '@azure/web-pubsub-socket.io';
import type { Logger } from '@tocsin/service';
import type { Server } from 'socket.io';
import { TemporaryError } from '../../deliver/errors.ts';
import type { AzureString } from './connection-string.ts';

/** The name of our part of the service. */
const HUB = 'tocsin';
/** A page uses its answer to connect at once. */
const ENTRY_MINUTES = 5;

/**
 * Lets browsers connect to Azure Web PubSub for Socket.IO instead of to this instance, which serves them through a
 * connection of its own to there. Between the instances nothing changes.
 */
export class AzureSockets {
  readonly endpoint: string;
  readonly #options: { hub: string; connectionString: string };
  readonly #log: Logger;
  #connected = false;

  constructor({ endpoint, connectionString }: AzureString, log: Logger) {
    this.endpoint = endpoint;
    this.#options = { hub: HUB, connectionString };
    this.#log = log;
  }

  /**
   * Starts connecting, and retries until connected or until `io` is closed; then restores the adapter of
   * `io`.
   */
  async attach(io: Server): Promise<void> {
    const adapter = io.adapter();
    const { useAzureSocketIO } = await import('@azure/web-pubsub-socket.io');
    // The library replaces the engine at once, and the adapter with one that knows no other instances. Its
    // types are those of the older socket.io that it brings along.
    const standing = useAzureSocketIO(io as never, this.#options);
    if (adapter) io.adapter(adapter);
    standing.then(
      () => {
        this.#connected = true;
        this.#log.info({ endpoint: this.endpoint }, 'connected to Azure Web PubSub');
      },
      (err: unknown) => this.#log.info({ err }, 'Azure Web PubSub was given up'),
    );
  }

  /** Rejects until the first connection to the service is established. */
  async ready(): Promise<void> {
    if (!this.#connected)
      throw new TemporaryError(`Azure Web PubSub at ${this.endpoint} has not let this instance connect yet`);
  }

  /**
   * Answers a request with `{endpoint, path, token}`, with which its browser can connect for a few minutes.
   */
  async negotiate(request: IncomingMessage, response: ServerResponse, userId?: string): Promise<void> {
    const { negotiate } = await import('@azure/web-pubsub-socket.io');
    const entry: NegotiateOptions = {
      expirationTimeInMinutes: ENTRY_MINUTES,
      ...(userId !== undefined && { userId }),
    };
    negotiate(this.#options, () => Promise.resolve(entry))(request, response, () => undefined);
  }
}
