import type { Server } from 'node:http';
import { PROBLEM_MEDIA_TYPE, type Problem } from '@tocsin/contracts';

const isTooLarge = (error: Error): boolean => 'code' in error && error.code === 'HPE_HEADER_OVERFLOW';

/** Answers what is no HTTP that Node can read with a problem too, and closes that connection. */
export function answerUnreadableRequests(server: Server): void {
  server.on('clientError', (error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const [status, title] = isTooLarge(error)
      ? [431, 'Request Header Fields Too Large']
      : [400, 'Bad Request'];
    const problem: Problem = {
      type: 'about:blank',
      title,
      status,
      code: 'invalid_request',
      detail: 'This is not an HTTP request that can be read.',
    };
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
}
