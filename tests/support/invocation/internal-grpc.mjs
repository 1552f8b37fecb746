// Attacks Dapr's internal gRPC without a certificate of its sentry: `node internal-grpc.mjs <attack>...`. An attack is
// {"name", "host", "port", "call": "local" | "actor" | "certificate", "tls"?: {"key", "cert"} | {}}. Prints
// {"<name>": <outcome>}: `answered <code>` with the gRPC code (0 is success), or the reason why there was no answer.
import { connect } from 'node:http2';
import { readFileSync } from 'node:fs';

const TIMEOUT_MS = 5_000;

const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const bytes = (number, value) => {
  const content = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
};
const number = (field, value) => Buffer.from([field << 3, ...varint(value)]);

const notification = JSON.stringify({ id: 'forged', title: 'Forged' });
const invocation = (method, verb) =>
  bytes(
    3,
    Buffer.concat([
      bytes(1, method),
      bytes(2, bytes(2, notification)),
      bytes(3, 'application/json'),
      bytes(4, number(1, verb)),
    ]),
  );
const [POST, PUT] = [3, 4];
const service = 'dapr.proto.internals.v1.ServiceInvocation';
const CALLS = {
  local: () => [`/${service}/CallLocal`, Buffer.concat([number(1, 1), invocation('notifications', POST)])],
  actor: () => [
    `/${service}/CallActor`,
    Buffer.concat([
      number(1, 1),
      invocation('take', PUT),
      bytes(4, Buffer.concat([bytes(1, 'Feed'), bytes(2, 'all')])),
    ]),
  ],
  // Asks sentry for a certificate in the bff's name, with a made-up token.
  certificate: ({ csr }) => [
    '/dapr.proto.sentry.v1.CA/SignCertificate',
    Buffer.concat([
      ...[bytes(1, 'bff'), bytes(2, 'made.up.token'), bytes(4, 'default')],
      ...[bytes(5, readFileSync(csr)), number(6, 3)],
    ]),
  ],
};

const attack = ({ host, port, call, tls, ...rest }) =>
  new Promise((resolve) => {
    const [path, message] = CALLS[call](rest);
    const own = tls && { rejectUnauthorized: false, ...readAll(tls) };
    const session = connect(`${tls ? 'https' : 'http'}://${host}:${port}`, own);
    const end = (outcome) => {
      session.destroy();
      resolve(outcome);
    };
    session.on('error', (error) => end(error.code ?? error.message));
    session.setTimeout(TIMEOUT_MS, () => end('silence'));
    const stream = session.request({
      ...{ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' },
    });
    const code = (headers) =>
      headers['grpc-status'] !== undefined && end(`answered ${headers['grpc-status']}`);
    stream.on('error', () => undefined);
    // Wait for the session's error, which is more precise but arrives later.
    stream.once('close', () => setTimeout(end, 500, 'closed'));
    stream.on('response', code);
    stream.on('trailers', code);
    stream.resume();
    const length = Buffer.alloc(5);
    length.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([length, message]));
  });

const readAll = (files) =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readFileSync(file)]));

const outcomes = {};
for (const text of process.argv.slice(2)) {
  const one = JSON.parse(text);
  outcomes[one.name] = await attack(one);
}
process.stdout.write(JSON.stringify(outcomes));
