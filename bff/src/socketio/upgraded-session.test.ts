import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

const PING = '2';

let bff: ServedBff;
let webSocket: WebSocket | undefined;
beforeEach(async () => {
  bff = await serveBff({ PING_INTERVAL_MS: '300', PING_TIMEOUT_MS: '2000' });
});
afterEach(async () => {
  webSocket?.terminate();
  await bff.stop();
});

/** Opens a polling session, waits for its first ping without answering it, and upgrades the session. */
async function upgradeBeforePong(): Promise<WebSocket> {
  const target = `${bff.url}/hubs/?EIO=4&transport=polling`;
  const open = await (await fetch(target)).text();
  const { sid } = JSON.parse(open.slice(1)) as { sid: string };
  const poll = async () => (await fetch(`${target}&sid=${sid}`)).text();
  await fetch(`${target}&sid=${sid}`, { method: 'POST', body: '40' });
  for (let packets = await poll(); !packets.split('\x1e').includes(PING); packets = await poll());
  const upgraded = new WebSocket(
    `${bff.url.replace('http', 'ws')}/hubs/?EIO=4&transport=websocket&sid=${sid}`,
  );
  await once(upgraded, 'open');
  upgraded.send('2probe');
  const [probe] = (await once(upgraded, 'message')) as [Buffer];
  expect(probe.toString()).toBe('3probe');
  upgraded.send('5');
  return upgraded;
}

it('should end if it never answers the ping from before its upgrade', async () => {
  webSocket = await upgradeBeforePong();
  await once(webSocket, 'close');
});

it('should stay open if it answers that ping and later ones', async () => {
  webSocket = await upgradeBeforePong();
  let pings = 0;
  webSocket.on('message', (data: Buffer) => {
    if (data.toString() !== PING) return;
    pings++;
    webSocket?.send('3');
  });
  webSocket.send('3');
  await expect.poll(() => pings).toBeGreaterThan(9);
  expect(webSocket.readyState).toBe(WebSocket.OPEN);
});
