import { randomBytes } from 'node:crypto';
import type { Channel, SendResult } from '../channels/channel.ts';
import { codeMessageOf, type CodeMessage } from '../templates/code-message.ts';

export const sendCode = (
  channel: Channel,
  { address, ...message }: CodeMessage & { address: string },
): Promise<SendResult> =>
  channel.send(
    codeMessageOf(message, {
      key: randomBytes(16).toString('hex'),
      createdAt: new Date().toISOString(),
    }),
    { email: { address }, push: [] },
  );
