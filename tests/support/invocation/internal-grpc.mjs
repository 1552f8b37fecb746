// Runs attacks on Dapr's internal gRPC API sequentially: `node internal-grpc.mjs <attack>...`. An attack is {"name",
// "host", "port", "call", "tls"?}. Without "tls", it uses plain text. "tls" is {}, or {"key", "cert"} with the paths of
// a client certificate's files. "call" is one of these and allows the listed members:
//   "local": optional "method", "body" and "signature"
//   "actor": optional "body" and "signature"
//   "certificate": "csr", the path of a certificate request; optional "id", "namespace", "token" (a file's path) and
//     "save" (the path to save the certificate at)
// Prints {"<name>": <outcome>}: `returned <code>` with the gRPC code, or the reason why there was no response. If a
// "local" or "actor" call returns code 0 (success), the application's status follows.
import { connect } from 'node:http2';
import { readFileSync, writeFileSync } from 'node:fs';

const TIMEOUT_MS = 5_000;

const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const bytes = (number, value) => {
  const content = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
};
const number = (field, value) => Buffer.from([field << 3, ...varint(value)]);

const notification = JSON.stringify({ id: 'forged', title: 'Forged' });
/** Reads a message's first field, which must be of type bytes. */
const firstOf = (message) => {
  let size = 0;
  let at = 1;
  for (let shift = 0; ; shift += 7) {
    const byte = message[at++] ?? 0;
    size |= (byte & 127) << shift;
    if (byte < 128) return message.subarray(at, at + size);
  }
};
/** Reads the application's status from a response: the first field of the response's first field. */
const statusOf = (response) => {
  const status = firstOf(response);
  return status[0] === 8 ? ((status[1] ?? 0) & 127) | ((status[2] ?? 0) << 7) : 0;
};
const invocation = (method, verb, body = notification, signature = '') => {
  const header = bytes(2, Buffer.concat([bytes(1, 'tocsin-signature'), bytes(2, bytes(1, signature))]));
  const message = Buffer.concat([
    bytes(1, method),
    bytes(2, bytes(2, body)),
    bytes(3, 'application/json'),
    bytes(4, number(1, verb)),
  ]);
  return Buffer.concat([number(1, 1), ...(signature ? [header] : []), bytes(3, message)]);
};
const [POST, PUT] = [3, 4];
const service = 'dapr.proto.internals.v1.ServiceInvocation';
const CALLS = {
  local: ({ method = 'notifications', body, signature }) => [
    `/${service}/CallLocal`,
    invocation(method, POST, body, signature),
  ],
  actor: ({ body, signature }) => [
    `/${service}/CallActor`,
    Buffer.concat([
      invocation('take', PUT, body, signature),
      bytes(4, Buffer.concat([bytes(1, 'Feed'), bytes(2, 'all')])),
    ]),
  ],
  // Requests a certificate from sentry, by default for the bff and with a made-up token. The last field names the
  // token's validator, which differs between Compose and Kubernetes.
  certificate: ({ csr, id = 'bff', namespace = 'default', token }) => [
    '/dapr.proto.sentry.v1.CA/SignCertificate',
    Buffer.concat([
      bytes(1, id),
      bytes(2, token ? readFileSync(token) : 'made.up.token'),
      bytes(4, namespace),
      bytes(5, readFileSync(csr)),
      number(6, token ? 2 : 3),
    ]),
  ],
};

const attack = ({ host, port, call, tls, save, ...rest }) =>
  new Promise((resolve) => {
    const [path, message] = CALLS[call](rest);
    const tlsOptions = tls && { rejectUnauthorized: false, ...readAll(tls) };
    const session = connect(`${tls ? 'https' : 'http'}://${host}:${port}`, tlsOptions);
    const end = (outcome) => {
      session.destroy();
      resolve(outcome);
    };
    session.on('error', (error) => end(error.code ?? error.message));
    session.setTimeout(TIMEOUT_MS, () => end('silence'));
    const stream = session.request({
      ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
    });
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    const readStatus = (headers) => {
      const status = headers['grpc-status'];
      if (status === undefined) return;
      const response = Buffer.concat(chunks).subarray(5);
      if (status === '0' && save) writeFileSync(save, firstOf(response));
      end(
        `returned ${status}${status === '0' && call !== 'certificate' ? `, status ${statusOf(response)}` : ''}`,
      );
    };
    stream.on('error', () => undefined);
    // Wait for the session's error, which is more precise but arrives later.
    stream.once('close', () => setTimeout(end, 500, 'closed'));
    stream.on('response', readStatus);
    stream.on('trailers', readStatus);
    const length = Buffer.alloc(5);
    length.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([length, message]));
  });

const readAll = (files) =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file)]));

const outcomes = {};
for (const text of process.argv.slice(2)) {
  const options = JSON.parse(text);
  outcomes[options.name] = await attack(options);
}
process.stdout.write(JSON.stringify(outcomes));
