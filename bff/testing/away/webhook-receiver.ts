import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedWebhook {
  /** The `webhook-id` header. */
  id: string;
  contentType: string | undefined;
  body: string;
  event: unknown;
  /** When it was received (ms since 1970). */
  at: number;
}

export interface WebhookReceiver {
  url: string;
  /** Requests with a valid signature. */
  received: ReceivedWebhook[];
  faults: string[];
  /** Responds to requests with a valid signature. Default: status 204. */
  answer: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** Starts a receiver. It verifies the signature of the raw body, as in docs/guides/reach-people-who-are-away.md. */
export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const webhook = new Webhook(secret);
  const receiver: WebhookReceiver = { url: '', received: [], faults: [], answer: undefined, close };
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      try {
        const event = webhook.verify(body, request.headers as Record<string, string>);
        const id = String(request.headers['webhook-id']);
        receiver.received.push({
          id,
          contentType: request.headers['content-type'],
          body,
          event,
          at: Date.now(),
        });
      } catch (error) {
        receiver.faults.push(`${String(error)}: ${body}`);
        response.writeHead(401).end();
        return;
      }
      if (receiver.answer) receiver.answer(response);
      else response.writeHead(204).end();
    });
  });
  async function close() {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}
