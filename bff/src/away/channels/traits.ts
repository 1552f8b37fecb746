import type { Channel } from './channel.ts';

/** The properties of a channel that are known before its library and secret are loaded. */
export type Traits = Pick<Channel, 'name' | 'repeatable' | 'reaches'>;

/** SMTP servers don't detect duplicates. */
export const EMAIL: Traits = {
  name: 'email',
  repeatable: false,
  reaches: ({ email }) => email !== undefined,
};

/** A repeated push reappears, even if the reader has dismissed it. */
export const PUSH: Traits = {
  name: 'push',
  repeatable: false,
  reaches: ({ push }) => push.length > 0,
};

/** Receivers ignore a `webhook-id` that they have already processed. */
export const WEBHOOK: Traits = {
  name: 'webhook',
  repeatable: true,
  reaches: () => true,
};
