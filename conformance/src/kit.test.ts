import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, type TestContext } from 'vitest';
import { Kit } from './kit.ts';

/** A kit with little patience for a server that handles requests this way. */
async function kitFor({ onTestFinished }: TestContext, handle: RequestListener): Promise<Kit> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kit = new Kit({ url, publishUrl: url, patienceMs: 200 });
  onTestFinished(() => {
    kit.close();
    server.closeAllConnections();
    server.close();
  });
  return kit;
}

// These run concurrently because each waits for a deletion.
it.concurrent.for<[string, RequestListener]>([
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

it('should give up on a server that opens the transport but never answers the handshake', async (context) => {
  const open = { sid: '1', upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000 };
  const kit = await kitFor(context, ({ method, url = '' }, response) => {
    if (method === 'POST') response.end('ok');
    else if (!url.includes('sid=')) response.end(`0${JSON.stringify(open)}`);
  });
  await expect(kit.handshake('polling')).rejects.toThrow('waited 200 ms for the response to the handshake');
});
