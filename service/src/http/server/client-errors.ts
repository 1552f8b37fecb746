import type { Server } from 'node:http';
import type { ProblemDetails } from '../problems/problem.ts';
import { endWithProblem } from './raw-problem.ts';

const UNREADABLE: ProblemDetails = {
  status: 400,
  code: 'invalid_request',
  detail: 'This is not an HTTP request that can be read.',
};
/** What Node's server gave up on, by the code of its error. */
const PROBLEMS: Record<string, ProblemDetails> = {
  HPE_HEADER_OVERFLOW: { ...UNREADABLE, status: 431 },
  ERR_HTTP_REQUEST_TIMEOUT: { ...UNREADABLE, status: 408, detail: 'The request did not come in time.' },
};

/** Answers what is no HTTP that Node can read, or does not come, with a problem too, and closes that connection. */
export function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    const code = 'code' in error ? String(error.code) : '';
    endWithProblem(socket, PROBLEMS[code] ?? UNREADABLE);
  });
}
