import { bffSettings, memoryBackend, startBff } from '../../../bff/src/index.ts';
import { DOCUMENT_VERSION, SECRETS, entryKey, type Notification } from '@tocsin/contracts';
import { parseConfig } from '@tocsin/service';

/** A message from the parent process, which gets a `Reply`. */
export type Command = { publish: Notification[] } | 'memory';
export type Reply = { heapUsed: number } | 'done' | 'listening';

const backend = memoryBackend({ [SECRETS.jwt.name]: process.env['NOTIFICATION_SECRETS_jwt'] ?? '' });
const run = 'P0000001';
const seqs = new Map<string, number>();

await startBff(parseConfig(bffSettings, process.env), backend);
const reply = (message: Reply) => process.send?.(message);

async function publish(notifications: Notification[]): Promise<void> {
  const feed = notifications[0]?.feed ?? 'all';
  const seq = (seqs.get(feed) ?? 0) + 1;
  seqs.set(feed, seq);
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const identity = { run, feed, seq };
  const entry = { v: DOCUMENT_VERSION, ...identity, expiresAt, notifications };
  backend.entries.put(entryKey(identity), JSON.stringify(entry));
  await backend.announce({ v: DOCUMENT_VERSION, ...identity, expiresAt });
}

process.on('message', (command: Command) => {
  if (command === 'memory') {
    globalThis.gc?.();
    reply({ heapUsed: process.memoryUsage().heapUsed });
    return;
  }
  void publish(command.publish).then(() => reply('done'));
});
process.on('disconnect', () => process.exit());
reply('listening');
