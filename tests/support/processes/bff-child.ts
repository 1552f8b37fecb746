import { bffSettings, memoryBackend, startBff } from '../../../bff/src/index.ts';
import { DOCUMENT_VERSION, SECRETS, entryKey, type Notification } from '@tocsin/contracts';
import { parseConfig } from '@tocsin/service';

/** A message from the parent. The reply is a `Done`. */
export type Order = { publish: Notification[] } | 'memory';
export type Done = { heapUsed: number } | 'done' | 'listening';

const backend = memoryBackend({ [SECRETS.jwt.name]: process.env['NOTIFICATION_SECRETS_jwt'] ?? '' });
const run = 'P0000001';
const seqs = new Map<string, number>();

await startBff(parseConfig(bffSettings, process.env), backend);
const answer = (done: Done) => process.send?.(done);

async function publish(notifications: Notification[]): Promise<void> {
  const feed = notifications[0]?.feed ?? 'all';
  const seq = (seqs.get(feed) ?? 0) + 1;
  seqs.set(feed, seq);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const place = { run, feed, seq };
  const entry = { v: DOCUMENT_VERSION, ...place, expiresAt, notifications };
  backend.entries.put(entryKey(place), JSON.stringify(entry));
  await backend.announce({ v: DOCUMENT_VERSION, ...place, expiresAt });
}

process.on('message', (order: Order) => {
  if (order === 'memory') {
    globalThis.gc?.();
    answer({ heapUsed: process.memoryUsage().heapUsed });
    return;
  }
  void publish(order.publish).then(() => answer('done'));
});
process.on('disconnect', () => process.exit());
answer('listening');
