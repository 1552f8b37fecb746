import { once } from 'node:events';
import { connect } from 'node:net';
import { problemSchema, type Problem } from '@tocsin/contracts';
import { expect } from 'vitest';

/** Opens a connection, sends the text, and collects the received text. */
export async function openRaw(port: number, text: string) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()));
  const raw = { socket, text: '', closed };
  socket.on('data', (data) => (raw.text += data.toString()));
  // An error closes the socket too, which resolves `closed`.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return raw;
}

/** Sends a raw request, and reads the response until the server closes the connection. */
export async function sendRawRequest(port: number, text: string): Promise<string> {
  const raw = await openRaw(port, text);
  await raw.closed;
  raw.socket.destroy();
  return raw.text;
}

export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);

/** Reads a response's status and problem document. */
export function problemIn(response: string): { status: number; problem: Problem } {
  expect(response.toLowerCase()).toContain('content-type: application/problem+json');
  const problem = problemSchema.parse(JSON.parse(response.slice(response.indexOf('\r\n\r\n') + 4)));
  return { status: statusOf(response), problem };
}
