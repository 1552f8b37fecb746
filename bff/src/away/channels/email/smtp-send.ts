import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SendResult } from '../channel.ts';
import { reasonOf } from '../send-within.ts';
import type { Mail } from './compose.ts';
import type { SmtpServer } from './smtp-url.ts';

export interface Progress {
  /** Whether the whole e-mail has been written to the connection. If so, the server might have accepted it. */
  handedOver: boolean;
}

const CONNECT_MS = 10_000;
/** Idle timeout of the connection (ms). The channel's time limit covers the whole send. */
const IDLE_TIMEOUT_MS = 25_000;
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Sends an e-mail over a new connection. Uses Nodemailer's low-level connection because its transports don't report in
 * which phase a connection broke, and its pool resends messages automatically.
 */
export async function sendOverSmtp(
  server: SmtpServer,
  mail: Mail,
  progress: Progress,
  signal: AbortSignal,
): Promise<SendResult> {
  if (signal.aborted) return { outcome: 'unavailable', reason: 'Timed out before the e-mail was sent' };
  const connection = new SMTPConnection({
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: server.requireTls,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: IDLE_TIMEOUT_MS,
    socketCloseTimeout: 0,
    maxResponseSize: MAX_REPLY_BYTES,
  });
  const close = () => connection.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await runPhase(connection, (done) => connection.connect(done));
    const { auth } = server;
    if (auth) await runPhase(connection, (done) => connection.login(auth, done));
  } catch (error) {
    close();
    return { outcome: 'unavailable', reason: reasonOf(error) };
  }
  try {
    const body = Readable.from([mail.raw]);
    body.once('end', () => (progress.handedOver = true));
    const envelope = { from: mail.from, to: [mail.to], size: mail.raw.length };
    await runPhase(connection, (done) => connection.send(envelope, body, done));
    connection.quit();
    return { outcome: 'sent' };
  } catch (error) {
    close();
    return resultOf(error, progress);
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/**
 * Runs a phase of the connection, such as the login. Also rejects if the connection breaks, because Nodemailer doesn't
 * always call `done` in that case.
 */
const runPhase = (
  connection: SMTPConnection,
  start: (done: (error?: Error | null) => void) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.on('end', () => reject(new Error('The SMTP server closed the connection')));
    start((error) => (error ? reject(error) : resolve()));
  });

function resultOf(error: unknown, { handedOver }: Progress): SendResult {
  const reason = reasonOf(error);
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  if (responseCode !== undefined && responseCode >= 500) return { outcome: 'refused', reason };
  if (responseCode !== undefined && responseCode >= 400) return { outcome: 'unavailable', reason };
  if (handedOver) return { outcome: 'unknown', reason };
  // Nodemailer itself rejected the e-mail (too large for the server) or the address (invalid).
  if (code === 'EMESSAGE' || code === 'EENVELOPE') return { outcome: 'refused', reason };
  return { outcome: 'unavailable', reason };
}
