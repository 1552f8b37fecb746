import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message that reached a channel's service. */
export interface Received {
  /** The notifications that it shows, and the channel's name of the message. */
  ids: string[];
  key: string;
  /** ms since 1970 */
  at: number;
}

/** The services behind the channels of a run: a webhook receiver, and an SMTP server. They record what they accept. */
export class Receivers {
  readonly webhooks: Received[] = [];
  readonly mails: Received[] = [];
  webhookUrl = '';
  smtpUrl = '';
  readonly #http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const key = String(request.headers['webhook-id']);
      this.webhooks.push({ key, ids: idsIn(Buffer.concat(chunks).toString()), at: Date.now() });
      response.writeHead(204).end();
    });
  });
  readonly #smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        // Undoes the line breaks and the coding of quoted-printable, which the ids do not need otherwise.
        const text = Buffer.concat(chunks)
          .toString()
          .replace(/=\r?\n/g, '')
          .replaceAll('=3D', '=');
        const key = /^Message-ID: <([^@>]+)/im.exec(text)?.[1] ?? '';
        this.mails.push({ key, ids: idsIn(text), at: Date.now() });
        done();
      });
    },
  });

  async start(): Promise<void> {
    // Killed processes break their connections.
    this.#smtp.on('error', () => undefined);
    this.#http.listen(0, '127.0.0.1');
    this.#smtp.listen(0, '127.0.0.1');
    await Promise.all([once(this.#http, 'listening'), once(this.#smtp.server, 'listening')]);
    this.webhookUrl = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
    this.smtpUrl = `smtp://127.0.0.1:${(this.#smtp.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#http.close();
    this.#http.closeAllConnections();
    this.#smtp.close();
  }
}

/** The ids of the fallbacks lane, which makes them so that they can be found in any text. */
const idsIn = (text: string): string[] => [...new Set(text.match(/away-[0-9a-f]{16}/g))];
