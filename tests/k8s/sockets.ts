import { pollUntil } from '@tocsin/tools';
import { io, type Socket } from 'socket.io-client';
import { bffs, countConnections } from './cluster.ts';

/** Opens a WebSocket, routed to an instance by the cookie, if any. Resolves when connected. */
export async function openSocket(url: string, cookie?: string): Promise<Socket> {
  const socket = io(url, {
    path: '/hubs',
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...(cookie !== undefined && { extraHeaders: { cookie } }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Returns the sticky cookie in the form that browsers send back. */
export async function stickyCookie(url: string): Promise<string> {
  const response = await fetch(`${url}/app/notifications?limit=1`);
  await response.arrayBuffer();
  const [cookie = ''] = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
  return cookie;
}

/**
 * Opens `count` WebSockets at the same time, and closes them at the end. Returns how many each instance got, in
 * ascending order.
 * @throws Error if other clients stay connected
 */
export async function openAndCountPerInstance(
  url: string,
  count: number,
  cookie?: string,
): Promise<number[]> {
  const names = await bffs();
  const connections = () => Promise.all(names.map(countConnections));
  const isEmpty = async () => (await connections()).every((value) => value === 0);
  const fault = await pollUntil(isEmpty, { timeoutMs: 120_000, everyMs: 500 });
  if (fault) throw new Error(`Other clients are connected: ${fault}.`);
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(url, cookie)));
  try {
    return (await connections()).sort((a, b) => a - b);
  } finally {
    for (const socket of sockets) socket.close();
  }
}
