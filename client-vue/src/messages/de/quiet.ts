import type { Messages } from '../messages.ts';

export const quiet: Messages['quiet'] = {
  came: (count) =>
    count === 1
      ? 'Während der Ruhezeit kam 1 Benachrichtigung'
      : `Während der Ruhezeit kamen ${count} Benachrichtigungen`,
};
