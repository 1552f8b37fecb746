import type { Server } from 'node:http';
import type { ProblemDetails } from '../problems/problem.ts';
import { endWithProblem } from './raw-problem.ts';

const UNREADABLE: ProblemDetails = {
  status: 400,
  code: 'invalid_request',
  detail: 'This is not a valid HTTP request.',
};
const PROBLEMS: Record<string, ProblemDetails> = {
  HPE_HEADER_OVERFLOW: { ...UNREADABLE, status: 431 },
  ERR_HTTP_REQUEST_TIMEOUT: { ...UNREADABLE, status: 408, detail: 'The request did not arrive in time.' },
};

/** Responds to invalid and late HTTP requests with a problem, and closes the connection. */
export function handleInvalidRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    const code = 'code' in error ? String(error.code) : '';
    endWithProblem(socket, PROBLEMS[code] ?? UNREADABLE);
  });
}
