import { SOCKET_PATH, type Position, type PublicationsEvent, type SubscribeAnswer } from '@tocsin/contracts';
import { contentOf, ENGINE_QUERY, SocketIoDialogue, subscribePacket } from './engine-io.ts';
import type { DialogueOptions, Protocol, Step } from './protocol.ts';

/** Enough bytes for an acknowledgement's metadata, which comes first. */
const HEAD_BYTES = 400;
const PUBLICATIONS = Buffer.from('42["publications"');

class TocsinDialogue extends SocketIoDialogue {
  readonly #options: DialogueOptions;
  #acknowledgement: Buffer | undefined;
  #last: Buffer | undefined;

  constructor(options: DialogueOptions) {
    super(options);
    this.#options = options;
  }

  protected connected(): Step {
    const { feed, position } = this.#options;
    return subscribePacket({ feed, ...(position && { position: JSON.parse(position) as Position }) });
  }

  protected override acknowledged(message: Buffer): Step | undefined {
    // Search only the first bytes: parsing a thousand recovery acknowledgements would keep the client busy.
    const head = message.toString('latin1', 0, HEAD_BYTES);
    if (!head.includes('[{"ok":true')) return { fault: head };
    if (head.includes('"recovered":false')) return { fault: 'the server could not recover missed messages' };
    this.#acknowledgement = message;
    return undefined;
  }

  protected event(message: Buffer): void {
    if (message.subarray(0, PUBLICATIONS.length).equals(PUBLICATIONS)) this.#last = message;
  }

  position(): string | undefined {
    if (this.#last) {
      const [, { epoch, publications }] = contentOf(this.#last) as [string, PublicationsEvent];
      return JSON.stringify({ epoch, offset: publications.at(-1)?.offset });
    }
    if (!this.#acknowledgement) return undefined;
    const [response] = contentOf(this.#acknowledgement) as [SubscribeAnswer];
    return response.ok ? JSON.stringify({ epoch: response.epoch, offset: response.offset }) : undefined;
  }
}

/** Our protocol: `subscribe` with a position, acknowledged with the missed publications. */
export const tocsinProtocol: Protocol = {
  name: 'tocsin',
  path: `${SOCKET_PATH}/${ENGINE_QUERY}`,
  begin: (options) => new TocsinDialogue(options),
};
