import { once } from 'node:events';
import { messageOf } from '@tocsin/tools/failure';
import { PROTOCOLS } from '../../protocols/index.ts';
import { withClients } from './clients.ts';
import type { CrowdPart, CrowdWord } from './crowd.ts';

/** Keeps a part of a crowd connected until its parent asks it to end or is gone. */
const { socketUrls, protocol, first, count } = JSON.parse(process.argv[2] ?? '') as CrowdPart;
const say = (word: CrowdWord) => process.send?.(word);
const told = once(process, 'message');
process.once('disconnect', () => process.exit());
try {
  const feedOf = (client: number) => `user:idle-${first + client}`;
  await withClients({ socketUrls, protocol: PROTOCOLS[protocol] }, { count, feedOf }, async () => {
    say({ is: 'connected' });
    await told;
  });
  say({ is: 'done' });
} catch (error) {
  say({ is: 'failed', why: messageOf(error) });
}
