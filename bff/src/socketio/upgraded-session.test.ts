import { on, once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { serveBff, type ServedBff } from '../../testing/served-bff.ts';

const PING = '2';
const CONNECTED = '40';
const [INTERVAL_MS, TIMEOUT_MS] = [150, 2_000];
/** The close code for a connection that ended without a close frame. */
const ABNORMAL_CLOSURE = 1006;

let bff: ServedBff;
let webSocket: WebSocket | undefined;
beforeEach(async () => {
  bff = await serveBff({ PING_INTERVAL_MS: String(INTERVAL_MS), PING_TIMEOUT_MS: String(TIMEOUT_MS) });
});
afterEach(async () => {
  vi.useRealTimers();
  webSocket?.terminate();
  await bff.stop();
});

/** Opens a polling session. Returns its id and a function that polls it. */
async function openSession() {
  const target = `${bff.url}/hubs/?EIO=4&transport=polling`;
  const open = await (await fetch(target)).text();
  const { sid } = JSON.parse(open.slice(1)) as { sid: string };
  await fetch(`${target}&sid=${sid}`, { method: 'POST', body: '40' });
  return { sid, poll: async () => (await fetch(`${target}&sid=${sid}`)).text() };
}

/** Opens the WebSocket for an upgrade and sends a probe. */
async function probe(sid: string): Promise<WebSocket> {
  const probing = new WebSocket(
    `${bff.url.replace('http', 'ws')}/hubs/?EIO=4&transport=websocket&sid=${sid}`,
  );
  await once(probing, 'open');
  probing.send('2probe');
  const [answer] = (await once(probing, 'message')) as [Buffer];
  expect(answer.toString()).toBe('3probe');
  return probing;
}

/** Opens a polling session, waits for the first ping without answering it, and upgrades the session. */
async function upgradeBeforePong(): Promise<WebSocket> {
  const { sid, poll } = await openSession();
  for (let packets = await poll(); !packets.split('\x1e').includes(PING); packets = await poll());
  const upgraded = await probe(sid);
  upgraded.send('5');
  return upgraded;
}

it('should end an upgraded session that never answers the ping from before the upgrade', async () => {
  webSocket = await upgradeBeforePong();
  await once(webSocket, 'close');
});

it('should close a WebSocket that sends a second probe, but let the session upgrade to another', async () => {
  const { sid } = await openSession();
  webSocket = await probe(sid);
  webSocket.send('2probe');
  const [code] = (await once(webSocket, 'close')) as [number];
  expect(code).toBe(ABNORMAL_CLOSURE);
  webSocket = await probe(sid);
});

it('should keep an upgraded session open if it answers the ping from before the upgrade and later pings', async () => {
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

it('should end an upgraded session without a pong only after engine.io could have ended it', async () => {
  await bff.stop();
  // engine.io imports its timers, so they stay real. These times are too long for it to send a ping during the test.
  const [intervalMs, timeoutMs] = [200_000, 300_000];
  bff = await serveBff({ PING_INTERVAL_MS: String(intervalMs), PING_TIMEOUT_MS: String(timeoutMs) });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { sid } = await openSession();
  webSocket = await probe(sid);
  const messages = on(webSocket, 'message', { close: ['close'] }) as AsyncIterableIterator<[Buffer]>;
  const received = async (start: string) => {
    for (let next = await messages.next(); ; next = await messages.next()) {
      if (next.done) return expect.fail(`closed before it received ${start}`);
      if (next.value[0].toString().startsWith(start)) return;
    }
  };
  webSocket.send('5');
  await received(CONNECTED);
  vi.advanceTimersByTime(intervalMs + 2 * timeoutMs - 1);
  webSocket.send('420["subscribe",{"feed":"all"}]');
  await received('430');
  const closed = once(webSocket, 'close');
  vi.advanceTimersByTime(1);
  await closed;
});
