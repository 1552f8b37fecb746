import { Decoder, Encoder, PacketType, type Packet } from 'socket.io-parser';

/** An answer to a request, already encoded as JSON. */
export class EncodedAnswer {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Passes encoded answers through. socket.io's encoder would first search every object for binary data. */
class AnswerEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const data: unknown = packet.type === PacketType.ACK ? packet.data : undefined;
    const content: unknown = Array.isArray(data) ? data[0] : undefined;
    if (!(content instanceof EncodedAnswer)) return super.encode(packet);
    const [empty] = super.encode({ ...packet, data: [] }) as [string];
    return [`${empty.slice(0, -1)}${content.json}]`];
  }
}

/** The `parser` for a socket.io server that accepts encoded acknowledgements. */
export const parser = { Encoder: AnswerEncoder, Decoder };
