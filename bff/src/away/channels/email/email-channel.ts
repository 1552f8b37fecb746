import { emailAddressSchema } from '@tocsin/contracts';
import type { Channel } from '../channel.ts';
import { EMAIL } from '../traits.ts';
import { SEND_TIMEOUT_MS, sendWithin } from '../send-within.ts';
import { createComposer } from './compose.ts';
import type { EmailOptions } from './options.ts';
import { sendOverSmtp, type Progress } from './smtp-send.ts';
import { serverOf } from './smtp-url.ts';

/**
 * Creates a channel for e-mail over SMTP. Not repeatable: all attempts have the same Message-ID, but SMTP servers don't
 * deduplicate. The outcome is `unavailable` if the server can't be reached, rejects our login or replies with a 4xx
 * code. It is `refused` if the server replies to the sender, the recipient or the message with a 5xx code. It is
 * `unknown` if the connection breaks after the message was handed over.
 * @throws EmailOptionsError that lists all errors in the options
 */
export function createEmailChannel(options: EmailOptions): Channel {
  const { templates, timeoutMs = SEND_TIMEOUT_MS } = options;
  const faults: string[] = [];
  const server = serverOf(options, faults);
  const compose = createComposer(options, faults);
  if (!server || !compose) throw new EmailOptionsError(faults);
  return {
    ...EMAIL,
    send: async (message, { email }) => {
      const to = emailAddressSchema.safeParse(email?.address);
      if (!to.success) return { outcome: 'refused', reason: 'The e-mail address is not valid' };
      const progress: Progress = { handedOver: false };
      const onTimeout = () => {
        const reason = `The SMTP server took longer than ${timeoutMs} ms`;
        return { outcome: progress.handedOver ? ('unknown' as const) : ('unavailable' as const), reason };
      };
      return sendWithin(timeoutMs, onTimeout, async (signal) => {
        const mail = await compose(message, to.data, templates.render(message));
        return sendOverSmtp(server, mail, progress, signal);
      });
    },
  };
}

export class EmailOptionsError extends Error {
  override name = 'EmailOptionsError';

  constructor(faults: readonly string[]) {
    super(`The e-mail channel's settings can't be used:${faults.map((fault) => `\n  ${fault}`).join('')}`);
  }
}
