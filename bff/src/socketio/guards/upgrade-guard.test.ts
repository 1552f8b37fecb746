import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { refuseOtherUpgrades } from './upgrade-guard.ts';

it('should survive a connection that is reset between a response and an upgrade', async () => {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Resets the connection as Node does if writing the response fails and the upgrade arrived with the request.
  const failed = new Promise<unknown>((resolve) =>
    server.prependListener('request', ({ socket }) =>
      process.nextTick(() => socket.once('close', resolve).destroy(new Error('reset'))),
    ),
  );
  refuseOtherUpgrades(server, '/hubs');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const closed = once(
    client.resume().on('error', () => undefined),
    'close',
  );
  client.write(
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n' +
      'GET /hubs/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  // `failed` resolves with the close event's `hadError`. Without the guard's `error` listener, that error would end the
  // process.
  expect(await failed).toBe(true);
  await closed;
  server.close();
});
