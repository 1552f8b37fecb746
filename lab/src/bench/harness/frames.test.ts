import { describe, expect, it } from 'vitest';
import { clientFrame, FrameReader, OPCODE, serverFrame } from './frames.ts';

const LENGTHS = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

function read(...chunks: Buffer[]): [number, string][] {
  const frames: [number, string][] = [];
  const reader = new FrameReader((opcode, payload) => frames.push([opcode, payload.toString()]));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

describe('WebSocket frames', () => {
  it.each(LENGTHS)('should not change a %i-byte payload', (length) => {
    const text = 'x'.repeat(length);
    expect(read(serverFrame(Buffer.from(text)))).toEqual([[OPCODE.text, text]]);
  });

  it('should be readable from chunks of any size', () => {
    const texts = ['a', 'b'.repeat(126), '', 'c'.repeat(3_000)];
    const bytes = Buffer.concat([
      ...texts.map((text) => serverFrame(Buffer.from(text))),
      serverFrame(Buffer.alloc(0), OPCODE.ping),
    ]);
    const expected = [...texts.map((text) => [OPCODE.text, text]), [OPCODE.ping, '']];
    for (const size of [1, 2, 3, 100, 4_096]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      expect(read(...chunks)).toEqual(expected);
    }
  });

  it('should have a zero mask if sent by a client, so that the payload stays readable', () => {
    const frame = clientFrame(Buffer.from('40'));
    expect([...frame]).toEqual([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);
    expect(() => read(frame)).toThrow(/masked/);
  });

  it('should be rejected if the message is fragmented', () => {
    expect(() => read(Buffer.from([0x01, 0x01, 0x61]))).toThrow(/fragmented/);
  });
});
