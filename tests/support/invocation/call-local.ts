import { Client, credentials } from '@grpc/grpc-js';

/**
 * A call by an attacker who uses a sidecar's internal gRPC port to call the application with any method, verb and
 * headers. daprd adds the application's token. The messages of dapr/proto/internals/v1 are encoded by hand:
 * https://protobuf.dev/programming-guides/encoding/
 */
export interface LocalCall {
  verb: keyof typeof VERBS;
  /** The path. A leading slash is optional. */
  method: string;
  headers?: Record<string, string>;
  body?: unknown;
  query?: string;
}

const VERBS = { GET: 1, POST: 3, PUT: 4, DELETE: 5 } as const;

/** Sends the call to a sidecar's internal gRPC port. Resolves with the application's response. */
export async function callLocal(port: number, call: LocalCall): Promise<{ status: number; text: string }> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    return await new Promise((resolve, reject) => {
      const done = (error: Error | null, response?: { status: number; text: string }) =>
        error ? reject(error) : resolve(response ?? { status: 0, text: '' });
      const path = '/dapr.proto.internals.v1.ServiceInvocation/CallLocal';
      client.makeUnaryRequest(path, encode, decode, call, done);
    });
  } finally {
    client.close();
  }
}

function encode({ verb, method, headers = {}, body, query = '' }: LocalCall): Buffer {
  const data = body === undefined ? '' : JSON.stringify(body);
  const extension = Buffer.concat([number(1, VERBS[verb]), bytes(2, query)]);
  const message = Buffer.concat([
    bytes(1, method),
    bytes(2, bytes(2, data)),
    bytes(3, 'application/json'),
    bytes(4, extension),
  ]);
  const metadata = Object.entries({ 'content-length': String(Buffer.byteLength(data)), ...headers }).map(
    ([name, value]) => bytes(2, Buffer.concat([bytes(1, name), bytes(2, bytes(1, value))])),
  );
  return Buffer.concat([number(1, 1), ...metadata, bytes(3, message)]);
}

function decode(response: Buffer): { status: number; text: string } {
  const fields = fieldsOf(response);
  const status = fieldsOf(fields.get(1) as Buffer).get(1) as number;
  const message = fields.get(4) as Buffer | undefined;
  const data = message && (fieldsOf(message).get(1) as Buffer | undefined);
  const value = data && (fieldsOf(data).get(2) as Buffer | undefined);
  return { status, text: value?.toString() ?? '' };
}

function varint(value: number): Buffer {
  const all: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...all, left]);
    all.push((left & 127) | 128);
  }
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);

function bytes(field: number, value: string | Buffer): Buffer {
  const content = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** Decodes a message's fields: numbers, or bytes. If a field is repeated, the last value wins. */
function fieldsOf(message: Buffer): Map<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = next();
    const value = next();
    if ((tag & 7) === 2) fields.set(tag >> 3, message.subarray(at, (at += value)));
    else fields.set(tag >> 3, value);
  }
  return fields;
}
