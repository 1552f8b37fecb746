import type { Messages } from '../messages.ts';

export const quiet: Messages['quiet'] = {
  came: (count, more) =>
    count === 1 && !more
      ? 'Während der Ruhezeit kam 1 ungelesene Benachrichtigung'
      : `Während der Ruhezeit kamen ${more ? 'mindestens ' : ''}${count} ungelesene Benachrichtigungen`,
};
