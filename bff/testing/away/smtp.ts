import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A received email, raw and parsed. */
export interface ReceivedMail {
  from: string;
  to: string[];
  user: string | undefined;
  secure: boolean;
  raw: string;
  mail: Email;
  /** When it was received (ms since 1970). */
  at: number;
}

export interface TestSmtpServer {
  url: string;
  port: number;
  received: ReceivedMail[];
  /** Commands received by a scripted server. */
  lines: string[];
  close(): Promise<void>;
}

/** Starts an SMTP server that keeps accepted emails. Listens on a free loopback port by default. */
export async function startSmtpServer(
  options: SMTPServerOptions = {},
  port = 0,
  host = '127.0.0.1',
): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: options.onAuth ? [] : ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const { mailFrom, rcptTo } = session.envelope;
        const at = Date.now();
        void PostalMime.parse(raw).then((mail) => {
          received.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            user: session.user === undefined ? undefined : String(session.user),
            secure: session.secure,
            raw: raw.toString('latin1'),
            ...{ mail, at },
          });
          done();
        });
      });
    },
    ...options,
  });
  // Tests break connections on purpose.
  server.on('error', () => {});
  server.listen(port, host);
  await once(server.server, 'listening');
  const bound = (server.server.address() as AddressInfo).port;
  return {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    received,
    lines: [],
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/**
 * Starts a server that greets clients with the first of `answers`. Each command, and the `.` that ends the message,
 * gets the next answer. If an answer is `undefined`, the connection is closed. If it is an empty string, no reply is
 * sent. If it ends with `…`, half a line is sent before the connection is closed.
 */
export async function startScriptedSmtp(answers: readonly (string | undefined)[]): Promise<TestSmtpServer> {
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let next = 0;
    let isBody = false;
    const answer = (line: string | undefined) => {
      if (line === undefined) socket.destroy();
      else if (line !== '') socket.write(line.endsWith('…') ? line.slice(0, -1) : `${line}\r\n`);
      if (line?.endsWith('…')) setTimeout(() => socket.destroy(), 50);
      isBody = line?.startsWith('354') === true;
    };
    answer(answers[next++]);
    let buffered = '';
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      const lines = buffered.split('\r\n');
      buffered = lines.pop() ?? '';
      for (const line of lines) {
        if (isBody && line !== '.') continue;
        commands.push(line);
        answer(answers[next++]);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received: [],
    lines: commands,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
