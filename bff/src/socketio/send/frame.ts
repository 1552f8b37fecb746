import * as ws from 'ws';

interface FrameOptions {
  fin: boolean;
  opcode: number;
  mask: boolean;
  readOnly: boolean;
  rsv1: boolean;
}

/** The framing function of ws, which engine.io uses too; its types omit it. */
const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };
};

const TEXT = 1;
/** engine.io's name for a packet that is a message: https://socket.io/docs/v4/engine-io-protocol/ */
const MESSAGE = '4';

/** The WebSocket frame of an engine.io message, in one piece, so that sending it is one write. */
export const frameOf = (message: string): Buffer =>
  Buffer.concat(
    Sender.frame(Buffer.from(MESSAGE + message), {
      ...{ fin: true, opcode: TEXT, mask: false, readOnly: true, rsv1: false },
    }),
  );
