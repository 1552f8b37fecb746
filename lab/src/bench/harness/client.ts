import { Failure } from '@tocsin/tools/failure';
import type { Dialogue, DialogueOptions, Protocol } from '../protocols/protocol.ts';
import { RawSocket } from './raw-socket.ts';

export interface ClientOptions extends DialogueOptions {
  onMessage: (message: Buffer) => void;
}

/** Maximum time from connecting to being subscribed (ms). */
const READY_MS = 60_000;

/** A subscribed client of any peer (a system in the comparison). */
export class Client {
  readonly #dialogue: Dialogue;
  #socket: RawSocket | undefined;
  /** Why the connection was closed; `undefined` while it's open, or if `close()` closed it. */
  fault: Error | undefined;

  private constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
  }

  /** Resolves when subscribed. @throws Failure if the peer rejects the client or takes too long */
  static connect(url: string, protocol: Protocol, options: ClientOptions): Promise<Client> {
    const { onMessage, ...begin } = options;
    const dialogue = protocol.begin(begin);
    const client = new Client(dialogue);
    return new Promise((resolve, reject) => {
      const onTimeout = () => fail(new Failure(`${url} did not subscribe a client within ${READY_MS} ms.`));
      const timer = setTimeout(onTimeout, READY_MS);
      const fail = (reason: Error) => {
        clearTimeout(timer);
        client.fault = reason;
        client.close();
        reject(reason);
      };
      const take = (message: Buffer) => {
        onMessage(message);
        const step = dialogue.take(message);
        if (!step) return;
        if (step.fault !== undefined) fail(new Failure(`${url} rejected a client: ${step.fault}`));
        if (step.send !== undefined) client.#socket?.send(step.send);
        if (!step.ready) return;
        clearTimeout(timer);
        resolve(client);
      };
      RawSocket.connect(`${url.replace(/^http/, 'ws')}${protocol.path}`, {
        onMessage: take,
        onEnd: fail,
      }).then((socket) => {
        client.#socket = socket;
        if (dialogue.hello !== undefined) socket.send(dialogue.hello);
      }, fail);
    });
  }

  position(): string | undefined {
    return this.#dialogue.position();
  }

  close(): void {
    this.#socket?.close();
  }
}
