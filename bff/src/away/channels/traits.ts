import type { Channel } from './channel.ts';

/** The properties of a channel that are known before its library and secret are loaded. */
export type Traits = Pick<Channel, 'name' | 'repeatable' | 'reaches'>;

/** Not repeatable: SMTP servers don't detect duplicates. */
export const EMAIL: Traits = {
  name: 'email',
  repeatable: false,
  reaches: ({ email }) => email !== undefined,
};

/** Not repeatable: a push that the reader has dismissed reappears if it is repeated. */
export const PUSH: Traits = {
  name: 'push',
  repeatable: false,
  reaches: ({ push }) => push.length > 0,
};

/** Repeatable: receivers ignore a `webhook-id` that they have already processed. */
export const WEBHOOK: Traits = {
  name: 'webhook',
  repeatable: true,
  reaches: () => true,
};
