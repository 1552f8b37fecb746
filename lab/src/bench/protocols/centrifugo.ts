import { READY, type Dialogue, type DialogueOptions, type Protocol, type Step } from './protocol.ts';

const NEW_LINE = '\n'.charCodeAt(0);
const PUSH = Buffer.from('{"push"');

const CONNECTED = Buffer.from('{"id":1,"connect"');
const SUBSCRIBED = Buffer.from('{"id":2,"subscribe"');
const RECOVERED = Buffer.from('"recovered":true');

interface Reply {
  subscribe: { epoch?: string; offset?: number };
}
interface Push {
  push: { pub?: { offset?: number } };
}
interface StreamPosition {
  epoch: string;
  offset: number;
}

/** Centrifugo's JSON protocol. Each line is a command or a reply, and `{}` is both ping and pong. */
class CentrifugoDialogue implements Dialogue {
  readonly hello = JSON.stringify({ id: 1, connect: {} });
  readonly #feed: string;
  readonly #since: StreamPosition | undefined;
  readonly #additionalFeeds: string[];
  /** The reply to the subscribe command, parsed on demand. */
  #subscribed: Buffer | undefined;
  #last: Buffer | undefined;

  constructor({ feed, additionalFeeds = [], position }: DialogueOptions) {
    this.#feed = feed;
    this.#additionalFeeds = [...additionalFeeds];
    this.#since = position === undefined ? undefined : (JSON.parse(position) as StreamPosition);
  }

  take(message: Buffer): Step | undefined {
    let step: Step | undefined;
    for (let start = 0; start < message.length;) {
      const found = message.indexOf(NEW_LINE, start);
      const end = found < 0 ? message.length : found;
      step = this.#line(message.subarray(start, end)) ?? step;
      start = end + 1;
    }
    return step;
  }

  #line(line: Buffer): Step | undefined {
    if (startsWith(line, PUSH)) {
      this.#last = line;
      return undefined;
    }
    if (line.length === 2) return { send: '{}' };
    if (startsWith(line, CONNECTED)) {
      const since = this.#since && { recover: true, ...this.#since };
      return subscribeStep(this.#feed, since);
    }
    if (!startsWith(line, SUBSCRIBED)) return { fault: line.toString() };
    if (this.#since && !line.includes(RECOVERED))
      return { fault: 'the server could not recover missed messages' };
    this.#subscribed = line;
    const feed = this.#additionalFeeds.shift();
    return feed === undefined ? READY : subscribeStep(feed);
  }

  position(): string | undefined {
    if (!this.#subscribed) return undefined;
    const { epoch = '', offset = 0 } = (JSON.parse(this.#subscribed.toString()) as Reply).subscribe;
    const pushed = this.#last && (JSON.parse(this.#last.toString()) as Push).push.pub?.offset;
    return JSON.stringify({ epoch, offset: pushed ?? offset } satisfies StreamPosition);
  }
}

/** Subscribe commands never overlap, so they share an id. */
const subscribeStep = (channel: string, since: object = {}): Step => ({
  send: JSON.stringify({ id: 2, subscribe: { channel, ...since } }),
});

const startsWith = (line: Buffer, start: Buffer): boolean => line.subarray(0, start.length).equals(start);

export const centrifugoProtocol: Protocol = {
  name: 'centrifugo',
  path: '/connection/websocket',
  begin: (options) => new CentrifugoDialogue(options),
};
