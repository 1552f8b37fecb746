import { Encoder, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { EncodedAnswer, parser } from './encoder.ts';

const answer = { ok: true, publications: [{ offset: 1, notification: { title: '"]é😀' } }] };
const encoder = new parser.Encoder();
const socketIoEncoder = new Encoder();

describe('an encoded answer', () => {
  it.each(['/', '/other'])('should be sent exactly as socket.io would send it in the namespace %s', (nsp) => {
    for (const id of [0, 12]) {
      const packet = { type: PacketType.ACK, nsp, id };
      expect(encoder.encode({ ...packet, data: [new EncodedAnswer(JSON.stringify(answer))] })).toEqual(
        socketIoEncoder.encode({ ...packet, data: [answer] }),
      );
    }
  });
});

it('should leave every other packet to socket.io', () => {
  for (const packet of [
    { type: PacketType.ACK, nsp: '/', id: 3, data: [answer] },
    { type: PacketType.ACK, nsp: '/', id: 3, data: [] },
    { type: PacketType.EVENT, nsp: '/', data: ['publications', answer] },
    { type: PacketType.EVENT, nsp: '/', data: ['binary', Buffer.from('x')] },
    { type: PacketType.CONNECT, nsp: '/', data: { sid: 'a' } },
    { type: PacketType.DISCONNECT, nsp: '/' },
  ]) {
    expect(encoder.encode({ ...packet })).toEqual(socketIoEncoder.encode({ ...packet }));
  }
});
