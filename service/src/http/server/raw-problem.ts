import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE } from '@tocsin/contracts';
import { problemBody, type ProblemDetails } from '../problems/problem.ts';
import { LINGER_MS } from './unread-body.ts';

interface RawResponse {
  status: number;
  title: string;
  headers: Record<string, string>;
  body: string;
}

function rawResponseOf(problem: ProblemDetails): RawResponse {
  const { status, allow, retryAfter } = problem;
  const title = STATUS_CODES[status] ?? 'Error';
  const body = problemBody(problem);
  const headers = {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'X-Content-Type-Options': 'nosniff',
    ...(allow && { Allow: allow.join(', ') }),
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  return { status, title, headers, body };
}

/** Sends a problem without Express. */
export function writeProblem(response: ServerResponse, problem: ProblemDetails): void {
  const { status, headers, body } = rawResponseOf(problem);
  response.writeHead(status, headers).end(body);
}

/**
 * Sends a problem on a connection that has no response object, and ends the connection. Destroys it soon afterwards,
 * since a peer that neither reads nor closes could keep it half open forever.
 */
export function endWithProblem(socket: Duplex, problem: ProblemDetails): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.on('error', () => socket.destroy());
  const { status, title, headers, body } = rawResponseOf(problem);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, '', body].join('\r\n'));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
