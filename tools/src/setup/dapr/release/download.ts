import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { interceptors, stream, type Dispatcher } from 'undici';
import { Failure, messageOf } from '../../../failure.ts';

/** More than three times the size of any Dapr archive. Prevents a server from filling the disk. */
const MAX_BYTES = 400 * 1024 * 1024;
/** Maximum number of consecutive attempts that receive no data. */
const MAX_ATTEMPTS_WITHOUT_DATA = 3;
/** Maximum number of attempts in total. */
const MAX_ATTEMPTS = 20;
/** More than enough, since GitHub redirects each download only once. */
const MAX_REDIRECTIONS = 5;

export interface Download {
  url: string;
  /** The finished file. A `.part` file next to it contains the part received so far and survives crashes. */
  file: string;
  /** The expected SHA-256 in hex. */
  sha256: string;
  agent: Dispatcher;
  /** Called with the number of bytes received so far, and the total size if the server sends it. */
  onBytes?: (received: number, size: number | undefined) => void;
  /** The base delay between attempts in ms. Doubles with each consecutive attempt that receives no data. */
  pauseMs?: number;
}

/**
 * Downloads a file and verifies it. Resumes a `.part` with a Range request, and retries after a broken connection or a
 * temporary error status. The file exists only once the content has been verified.
 * @throws Failure with the address and the reason
 */
export async function download(options: Download): Promise<void> {
  const { url, file, sha256, pauseMs = 500 } = options;
  const part = `${file}.part`;
  let attemptsWithoutData = 0;
  for (let attempt = 1; !existsSync(file); attempt++) {
    const before = sizeOf(part);
    try {
      await receive(options, part, before);
    } catch (error) {
      if (error instanceof Failure) throw error;
      attemptsWithoutData = sizeOf(part) > before ? 0 : attemptsWithoutData + 1;
      const isUnreachable = before === 0 && sizeOf(part) === 0 && isConnectError(error);
      if (isUnreachable || attemptsWithoutData === MAX_ATTEMPTS_WITHOUT_DATA || attempt === MAX_ATTEMPTS)
        throw new Failure(`${url} could not be downloaded: ${reasonOf(error)}.`, { cause: error });
      await delay(pauseMs * 2 ** attemptsWithoutData);
      continue;
    }
    const actual = await sha256Of(part);
    if (actual === sha256) renameSync(part, file);
    else {
      rmSync(part, { force: true });
      // If this attempt resumed from a `.part`, the wrong bytes may come from that part. Only a fresh download shows
      // whether the file itself is wrong.
      if (before === 0)
        throw new Failure(`${url} is not the released file: its SHA-256 is ${actual} instead of ${sha256}.`);
    }
  }
}

/** An error worth retrying since the next attempt may succeed. */
class Retryable extends Error {}

/**
 * Receives the remaining bytes. Writes each chunk immediately and synchronously: if undici 7.30 has to wait for a slow
 * receiver while the server closes the connection, undici ends the process
 * (https://github.com/nodejs/undici/issues/5360).
 */
async function receive(
  { url, agent, onBytes }: Download,
  part: string,
  existingBytes: number,
): Promise<void> {
  let received = 0;
  let size: number | undefined;
  let file: number | undefined;
  try {
    await stream(
      url,
      {
        method: 'GET',
        dispatcher: agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS })),
        // A mirror that compresses the file in transit would change the bytes that the digest covers.
        headers: {
          'accept-encoding': 'identity',
          ...(existingBytes > 0 && { range: `bytes=${existingBytes}-` }),
        },
      },
      ({ statusCode, headers }) => {
        const from = startOf(url, { statusCode, headers }, existingBytes);
        if (from === undefined) return new Writable({ write: (_chunk, _encoding, done) => done() });
        received = from;
        const length = Number(headers['content-length'] ?? NaN);
        size = Number.isNaN(length) ? undefined : from + length;
        const opened = openSync(part, from > 0 ? 'a' : 'w');
        file = opened;
        return new Writable({
          highWaterMark: MAX_BYTES,
          write(chunk: Buffer, _encoding, done) {
            received += chunk.length;
            if (received > MAX_BYTES) return done(new Failure(`${url} is larger than any release of Dapr.`));
            writeFileSync(opened, chunk);
            onBytes?.(received, size);
            done();
          },
        });
      },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (size !== undefined && received < size) throw new Retryable(`only ${received} of ${size} bytes arrived`);
}

/**
 * The file position where the response starts. `undefined` if the `.part` is already at least as long as the file. The
 * digest then shows whether its content is right.
 * @throws Retryable or Failure for any other response
 */
function startOf(
  url: string,
  { statusCode, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  existingBytes: number,
): number | undefined {
  if (statusCode === 200) return 0;
  if (statusCode === 416 && existingBytes > 0) return undefined;
  if (statusCode !== 206) {
    const reason = `the server returned status ${statusCode}`;
    if (statusCode >= 500 || statusCode === 429 || statusCode === 408) throw new Retryable(reason);
    throw new Failure(`${url} could not be downloaded: ${reason}.`);
  }
  const from = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1];
  if (Number(from) === existingBytes) return existingBytes;
  throw new Failure(`${url} returned a different part of the file than requested.`);
}

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0);

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  if (existsSync(file)) await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const CONNECT_ERRORS =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT|SSL/;
/** The innermost cause, since undici wraps a refused connection in `fetch failed`. */
export const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : error;
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const isConnectError = (error: unknown): boolean => CONNECT_ERRORS.test(codeOf(causeOf(error)));

function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  return messageOf(cause) || codeOf(cause) || messageOf(error);
}
