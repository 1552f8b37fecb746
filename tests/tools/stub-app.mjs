// The smallest application that a sidecar accepts. Responds with the environment, and exits gracefully on SIGTERM.
import { createServer } from 'node:http';

const respond = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const routes = {
  '/healthz': {},
  '/readyz': {},
  '/env': { failpoint: process.env.FAILPOINT ?? null, redis: process.env.REDIS_HOST },
  '/dapr/config': { entities: [] },
  '/dapr/subscribe': [],
};
const serve = (request, response) => {
  const body = routes[request.url];
  respond(response, body ? 200 : 404, body ?? {});
};
const servers = [process.env.PORT, process.env.INTERNAL_PORT].map((port) =>
  createServer(serve).listen(Number(port), '127.0.0.1'),
);
process.stdout.write(
  `${JSON.stringify({ level: 'info', name: 'stub', pid: process.pid, msg: 'listening' })}\n`,
);
process.on('SIGTERM', () => {
  process.stdout.write(
    `${JSON.stringify({ level: 'info', name: 'stub', pid: process.pid, msg: 'stopped' })}\n`,
  );
  for (const server of servers) server.close();
  process.exit(0);
});
