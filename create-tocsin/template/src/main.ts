import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createPublisher, PublishError } from '@tocsin/publish';
import { readConfig } from './config.ts';
import { announceOrder } from './orders.ts';

const config = readConfig();
const publisher = createPublisher({
  url: config.producerUrl,
  ...(config.apiKey && { apiKey: config.apiKey }),
});
const page = readFileSync(new URL('../web/index.html', import.meta.url), 'utf8').replaceAll(
  'TOCSIN_BFF_URL',
  config.bffUrl,
);

const server = createServer(async (request, response) => {
  if (request.method === 'GET' && request.url === '/') {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
  } else if (request.method === 'POST' && request.url === '/orders') {
    try {
      const id = await announceOrder(publisher, { id: String(randomInt(10_000, 99_999)), customer: 'Ada' });
      response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    } catch (error) {
      console.error(error);
      response.writeHead(503).end(error instanceof PublishError ? error.code : 'failed');
    }
  } else response.writeHead(404).end();
});

server.listen(config.port, 'localhost', () => console.log(`Open http://localhost:${config.port}`));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    void publisher.close();
  });
