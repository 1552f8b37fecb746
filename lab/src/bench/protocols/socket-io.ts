import { contentOf, ENGINE_QUERY, SocketIoDialogue, subscribePacket } from './engine-io.ts';
import { READY, type DialogueOptions, type Protocol, type Step } from './protocol.ts';

interface Session {
  pid: string;
  offset: string;
}

/** Behaves like the standard socket.io client. Uses connection state recovery if the server has enabled it. */
class PlainSocketIoDialogue extends SocketIoDialogue {
  protected override readonly auth: string;
  readonly #feed: string;
  readonly #session: Session | undefined;
  #pid: string | undefined;
  #last: Buffer | undefined;

  constructor(options: DialogueOptions) {
    super(options);
    const { feed, position } = options;
    this.#feed = feed;
    this.#session = position === undefined ? undefined : (JSON.parse(position) as Session);
    this.auth = position ?? '';
  }

  protected connected(content: string): Step {
    this.#pid = (JSON.parse(content) as { pid?: string }).pid;
    if (!this.#session) return subscribePacket({ feed: this.#feed });
    // A restored session has already rejoined the rooms. Missed messages arrive next.
    return this.#pid === this.#session.pid ? READY : { fault: 'the session was not restored' };
  }

  protected event(message: Buffer): void {
    this.#last = message;
  }

  position(): string | undefined {
    const offset = this.#last && contentOf(this.#last).at(-1);
    return this.#pid !== undefined && typeof offset === 'string'
      ? JSON.stringify({ pid: this.#pid, offset } satisfies Session)
      : undefined;
  }
}

export const socketIoProtocol: Protocol = {
  name: 'socket.io',
  path: `/socket.io/${ENGINE_QUERY}`,
  begin: (options) => new PlainSocketIoDialogue(options),
};
