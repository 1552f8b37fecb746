import { parseDateTime, type UnsentFallback, type UnsentName, type UnsentResult } from '@tocsin/contracts';
import { reactive } from 'vue';
import type { OpsApi } from '../api.ts';

/** Maximum number of failures to list by name. */
export const MAX_LISTED = 20;
/** Maximum number of pages to resend per run. */
export const MAX_PAGES = 100;

export interface SendProgress {
  sent: number;
  failed: number;
  /** The first `MAX_LISTED` failures. */
  failures: UnsentResult['failed'];
  running: boolean;
  stopped: boolean;
}

export const nameOf = ({ reader, id, createdAt, via, at }: UnsentFallback): UnsentName => ({
  ...{ reader, id, createdAt, via, at },
});

/** Resends all listed fallbacks page by page, until stopped. Rejects if a call fails. */
export function createResendAll(api: Pick<OpsApi, 'unsent' | 'resend'>) {
  const progress = reactive<SendProgress>({
    ...{ sent: 0, failed: 0, failures: [], running: false, stopped: false },
  });

  /** Skips fallbacks that ended after `until` (ms since 1970) so that new refusals aren't retried. */
  async function run(until: number): Promise<void> {
    Object.assign(progress, { sent: 0, failed: 0, failures: [], running: true, stopped: false });
    try {
      let cursor: string | undefined;
      for (let page = 0; page < MAX_PAGES && !progress.stopped; page++) {
        const { fallbacks, next } = await api.unsent(cursor);
        const due = fallbacks.filter(({ at }) => (parseDateTime(at) ?? 0) <= until);
        if (due.length > 0) {
          const { done, failed } = await api.resend(due.map(nameOf));
          progress.sent += done;
          progress.failed += failed.length;
          progress.failures = [...progress.failures, ...failed].slice(0, MAX_LISTED);
        }
        if (next === null) return;
        cursor = next;
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
