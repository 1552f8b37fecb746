import { Failure } from '@tocsin/tools/failure';

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FIN = 0x80;
const MASKED = 0x80;
const LENGTH = { short: 126, long: 127 } as const;

function header(opcode: number, length: number, mask: 0 | typeof MASKED): Buffer {
  if (length < LENGTH.short) return Buffer.from([FIN | opcode, mask | length]);
  if (length < 65_536) {
    const head = Buffer.from([FIN | opcode, mask | LENGTH.short, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head[0] = FIN | opcode;
  head[1] = mask | LENGTH.long;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

const ZERO_MASK = Buffer.alloc(4);

/** Creates a frame as clients send it. Clients must mask frames, but a zero mask leaves the payload unchanged. */
export const clientFrame = (payload: Buffer, opcode: number = OPCODE.text): Buffer =>
  Buffer.concat([header(opcode, payload.length, MASKED), ZERO_MASK, payload]);

/** Creates an unmasked frame, as servers send it. */
export const serverFrame = (payload: Buffer, opcode: number = OPCODE.text): Buffer =>
  Buffer.concat([header(opcode, payload.length, 0), payload]);

/** Extracts the frame payloads from a server's bytes, however TCP has split them. */
export class FrameReader {
  readonly #onFrame: (opcode: number, payload: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws Failure for masked or fragmented frames (the benchmark's servers never send these) */
  push(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const size = sizeOf(data);
      if (size === undefined || data.length < size.start + size.length) break;
      const first = data[0] as number;
      if (!(first & FIN))
        throw new Failure('A server sent a fragmented message, which the benchmark does not support.');
      const end = size.start + size.length;
      this.#onFrame(first & 0x0f, data.subarray(size.start, end));
      data = data.subarray(end);
    }
    this.#rest = data;
  }
}

/** Returns the offset and length of the first frame's payload, or `undefined` until the header is complete. */
function sizeOf(data: Buffer): { start: number; length: number } | undefined {
  if (data.length < 2) return undefined;
  const second = data[1] as number;
  if (second & MASKED) throw new Failure('A server sent a masked frame.');
  if (second < LENGTH.short) return { start: 2, length: second };
  if (second === LENGTH.short) {
    return data.length < 4 ? undefined : { start: 4, length: data.readUInt16BE(2) };
  }
  return data.length < 10 ? undefined : { start: 10, length: Number(data.readBigUInt64BE(2)) };
}
