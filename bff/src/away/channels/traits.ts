import type { Channel } from './channel.ts';

/** The traits of a channel, which are known before its library and secret are loaded. */
export type Traits = Pick<Channel, 'name' | 'repeatable' | 'reaches'>;

/** An SMTP server does not recognise a message that it has already accepted. */
export const EMAIL: Traits = {
  name: 'email',
  repeatable: false,
  reaches: ({ email }) => email !== undefined,
};

/** A repeated push appears again if the reader has closed the first. */
export const PUSH: Traits = {
  name: 'push',
  repeatable: false,
  reaches: ({ push }) => push.length > 0,
};

/** Receivers ignore a `webhook-id` that they have processed. */
export const WEBHOOK: Traits = {
  name: 'webhook',
  repeatable: true,
  reaches: () => true,
};
