import type { Reach } from '@tocsin/service';
import type { Backend } from './backend.ts';

/** Steps in an entry's life where a test can kill or stop the process, add a delay, or throw an error. */
export type Step = 'before-deposit' | 'deposited' | 'before-announce' | 'announced';

/** Wraps `backend` with a failpoint before and after each deposit and announcement. */
export const withFailpoints = (backend: Backend, reach: Reach<Step>): Backend => ({
  ...backend,
  entries: {
    peek: (key) => backend.entries.peek(key),
    deposit: async (entry) => {
      await reach('before-deposit');
      await backend.entries.deposit(entry);
      await reach('deposited');
    },
  },
  announcer: {
    announce: async (announcement) => {
      await reach('before-announce');
      await backend.announcer.announce(announcement);
      await reach('announced');
    },
  },
});
