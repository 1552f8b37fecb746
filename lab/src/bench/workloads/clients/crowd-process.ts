import { once } from 'node:events';
import { messageOf } from '@tocsin/tools/failure';
import { PROTOCOLS } from '../../protocols/index.ts';
import { withClients } from './clients.ts';
import type { CrowdPart, CrowdMessage } from './crowd.ts';

/** Keeps one process's part of a crowd of clients connected until the parent process exits or requests a stop. */
const { socketUrls, protocol, first, count } = JSON.parse(process.argv[2] ?? '') as CrowdPart;
const send = (message: CrowdMessage) => process.send?.(message);
const parentMessage = once(process, 'message');
process.once('disconnect', () => process.exit());
try {
  const feedOf = (client: number) => `user:idle-${first + client}`;
  await withClients({ socketUrls, protocol: PROTOCOLS[protocol] }, { count, feedOf }, async () => {
    send({ type: 'connected' });
    await parentMessage;
  });
  send({ type: 'done' });
} catch (error) {
  send({ type: 'failed', reason: messageOf(error) });
}
