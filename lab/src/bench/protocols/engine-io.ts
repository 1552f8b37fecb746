import { READY, type Dialogue, type DialogueOptions, type Step } from './protocol.ts';

/** A message's first byte is the engine.io packet type. */
const PACKET = { open: '0', ping: '2', message: '4' } as const;
/** A message's second byte is the socket.io packet type. */
const TYPE = { connected: '0', event: '2', acknowledgement: '3', refused: '4' } as const;
const PONG: Step = { send: '3' };

export const ENGINE_QUERY = '?EIO=4&transport=websocket';

const code = (text: string): number => text.charCodeAt(0);

/** socket.io over a WebSocket: connects to the namespace, subscribes, and answers pings. */
export abstract class SocketIoDialogue implements Dialogue {
  /** The payload of the connect packet. */
  protected readonly auth: string = '';
  readonly #additionalFeeds: string[];

  constructor({ additionalFeeds = [] }: DialogueOptions) {
    this.#additionalFeeds = [...additionalFeeds];
  }

  take(message: Buffer): Step | undefined {
    if (message[0] === code(PACKET.open)) return { send: `40${this.auth}` };
    if (message[0] === code(PACKET.ping)) return PONG;
    if (message[0] !== code(PACKET.message)) return undefined;
    const type = message[1];
    if (type === code(TYPE.event)) this.event(message);
    else if (type === code(TYPE.connected)) return this.connected(message.toString('utf8', 2));
    else if (type === code(TYPE.acknowledgement)) return this.acknowledged(message) ?? this.#next();
    else if (type === code(TYPE.refused)) return { fault: message.toString('utf8', 2) };
    return undefined;
  }

  abstract position(): string | undefined;

  /** Returns the next step once the namespace has accepted the client. */
  protected abstract connected(content: string): Step;

  protected abstract event(message: Buffer): void;

  /** Processes a `subscribe` acknowledgement. Returns a step only if the subscription failed. */
  protected acknowledged(_message: Buffer): Step | undefined {
    return undefined;
  }

  #next(): Step {
    const feed = this.#additionalFeeds.shift();
    return feed === undefined ? READY : subscribePacket({ feed });
  }
}

export const contentOf = (message: Buffer): unknown[] =>
  JSON.parse(message.toString('utf8', message.indexOf('['))) as unknown[];

export const subscribePacket = (request: object): Step => ({
  send: `420${JSON.stringify(['subscribe', request])}`,
});
