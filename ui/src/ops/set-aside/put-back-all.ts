import type { PutBackResult } from '@tocsin/contracts';
import { reactive } from 'vue';
import type { OpsApi } from '../api.ts';

/** Maximum number of failures to list by name. */
export const MAX_LISTED = 20;

export interface Progress {
  /** Number of records at the start. */
  total: number;
  putBack: number;
  failed: number;
  /** The first `MAX_LISTED` failures. */
  failures: PutBackResult['failed'];
  running: boolean;
  stopped: boolean;
}

/** Puts back all current records in batches, until stopped. Rejects if a call fails. */
export function createBulkPutBack(api: Pick<OpsApi, 'putBackSome'>, now: () => number = Date.now) {
  const progress = reactive<Progress>({
    ...{ total: 0, putBack: 0, failed: 0, failures: [], running: false, stopped: false },
  });

  /** Skips records set aside after `until` so that new failures aren't retried. */
  async function run(total: number, until: string = new Date(now()).toISOString()): Promise<void> {
    Object.assign(progress, { total, putBack: 0, failed: 0, failures: [], running: true, stopped: false });
    try {
      // A record that can't be put back stays where it is, so skip it in the next batch.
      for (let more = true; more && !progress.stopped;) {
        const batch = await api.putBackSome({ skip: progress.failed, until });
        progress.putBack += batch.putBack;
        progress.failed += batch.failed.length;
        progress.failures = [...progress.failures, ...batch.failed].slice(0, MAX_LISTED);
        more = batch.more && batch.putBack + batch.failed.length > 0;
      }
    } finally {
      progress.running = false;
    }
  }
  const stop = () => {
    progress.stopped = true;
  };
  return { progress, run, stop };
}
