import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { serverFrame } from '../../harness/frames.ts';

/**
 * A minimal server that delivers POSTed messages to browsers. It's a single process and has no bus, rooms or history.
 * Encodes each message once and writes the same bytes to every connection.
 */
const [port] = process.argv.slice(2);
const sockets = new Set<Socket>();
const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

webSockets.on('connection', (webSocket, request) => {
  webSocket.on('message', () => {
    sockets.add(request.socket);
    webSocket.send('ok');
  });
  webSocket.on('close', () => sockets.delete(request.socket));
});

function publish(message: unknown): void {
  const frame = serverFrame(Buffer.from(JSON.stringify(message)));
  for (const socket of sockets) socket.write(frame);
}

const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end('ok');
  void text(request).then((body) => {
    const content: unknown = JSON.parse(body);
    for (const message of Array.isArray(content) ? content : [content]) publish(message);
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': 2 }).end('{}');
  });
});
server.on('upgrade', (request, socket, head) =>
  webSockets.handleUpgrade(request, socket, head, (webSocket) =>
    webSockets.emit('connection', webSocket, request),
  ),
);
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4_096 });
