import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, type TestContext } from 'vitest';
import { Kit } from './kit.ts';

/** Starts a server with the handler `handle`. Returns a kit that tests it and by default waits at most 200 ms. */
async function kitFor(
  { onTestFinished }: TestContext,
  handle: RequestListener,
  { path = '', patienceMs = 200 } = {},
): Promise<Kit> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const kit = new Kit({ url, publishUrl: url, patienceMs }, 2 * patienceMs);
  onTestFinished(() => {
    kit.close();
    server.closeAllConnections();
    server.close();
  });
  return kit;
}

it.for<[string, RequestListener]>([
  ['never responds', () => undefined],
  ['never ends its responses', (_, response) => void response.writeHead(400).write('{')],
])('should give up on a server that %s', async ([_, handle], context) => {
  const kit = await kitFor(context, handle);
  const bodyOf = async (response: Promise<Response>) => (await response).text();
  await expect(bodyOf(kit.get('/app/notifications'))).rejects.toThrow('timeout');
  await expect(kit.erase('all')).rejects.toThrow('timeout');
  const stream = kit.stream('?feed=all').then(({ response }) => response);
  await expect(bodyOf(stream)).rejects.toThrow("waited 200 ms for the stream's response");
});

const open = { sid: '1', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000 };

it('should give up on a server that opens the transport but never answers the handshake', async (context) => {
  const kit = await kitFor(context, ({ method, url = '' }, response) => {
    if (method === 'POST') response.end('ok');
    else if (!url.includes('sid=')) response.end(`0${JSON.stringify(open)}`);
  });
  await expect(kit.handshake('polling')).rejects.toThrow('waited 200 ms for the response to the handshake');
});

it.for(['/base', '/base/'])('should connect to /hubs below the path %s', async (path, context) => {
  const answers = [`0${JSON.stringify(open)}`, '40{"sid":"2"}'];
  const kit = await kitFor(
    context,
    ({ method, url = '' }, response) => {
      if (!url.startsWith('/base/hubs/?')) response.writeHead(404).end();
      else if (method === 'POST') response.end('ok');
      else if (answers.length > 0) response.end(answers.shift());
    },
    { path, patienceMs: 4_000 },
  );
  expect(await kit.handshake('polling')).toHaveProperty('socket');
});
