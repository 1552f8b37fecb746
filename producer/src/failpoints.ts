import type { Reach } from '@tocsin/service';
import type { Backend } from './backend.ts';

/** Steps of an entry at which a test can kill, fail or delay the process. */
export type Step = 'before-deposit' | 'deposited' | 'before-announce' | 'announced';

/** `backend` with a failpoint before and after each of its calls. */
export const withFailpoints = (backend: Backend, reach: Reach<Step>): Backend => ({
  ...backend,
  entries: {
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
