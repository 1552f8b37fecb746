import { FALLBACK_OUTCOMES } from '@tocsin/contracts';
import { Counter, startAtZero, type Logger, type Registry } from '@tocsin/service';
import type { FallbackObserver, FallbackStepName } from '../away/fallbacks/fallback-observer.ts';

const CONSEQUENCES: Record<FallbackStepName, string> = {
  settle: 'it will be retried a few times before the outcome counts as unknown',
  'publish-receipt': 'it will be retried',
  'list-unsent': 'the list of unsent fallbacks can be incomplete until a retry succeeds',
  'close-unsent': 'the operator can retry',
  replace: "when the fallback is due, the feed's history is checked to decide whether to send it",
  'find-position': "when the fallback is due, the feed's history is checked to decide whether to send it",
  'read-document':
    'the reader gets no fallbacks, and retracted content stays stored; delete this document from the state store',
  'forget-devices': 'the push service will report these devices again',
};

/** Counts and logs fallback events. `channels` are the names of the deployment's channels. */
export function createFallbackObserver(
  registry: Registry,
  log: Logger,
  channels: readonly string[],
): FallbackObserver {
  const registers = [registry];
  const registered = new Counter({
    name: 'tocsin_bff_fallbacks_registered_total',
    help: 'Notifications stored with fallbacks.',
    registers,
  });
  const ended = startAtZero(
    new Counter({
      name: 'tocsin_bff_fallbacks_total',
      help: 'Completed fallbacks, by outcome: sent, suppressed (not needed), refused, or unknown.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    'outcome',
    [...FALLBACK_OUTCOMES],
  );
  const faults = startAtZero(
    new Counter({
      name: 'tocsin_bff_fallback_faults_total',
      help: 'Send attempts that failed or have an unknown outcome, by channel. They are retried, except attempts with an unknown outcome on channels that must not send twice.',
      labelNames: ['via'] as const,
      registers,
    }),
    'via',
    channels,
  );
  const unrecorded = new Counter({
    name: 'tocsin_bff_fallback_step_faults_total',
    help: "Failed attempts to store a message's outcome or publish its receipt.",
    registers,
  });
  return {
    registered: (count) => registered.inc(count),
    ended(receipts) {
      for (const { outcome } of receipts) ended.inc({ outcome });
      for (const { id, via, outcome, reason } of receipts)
        if (outcome === 'refused' || outcome === 'unknown')
          log.warn({ id, via, outcome, reason }, 'a fallback was not sent, or its outcome is unknown');
    },
    unavailable(via, reason) {
      faults.inc({ via });
      log.warn({ via, reason }, 'a channel could not send a message, or the outcome is unknown');
    },
    failed(step, err) {
      if (step === 'settle' || step === 'publish-receipt') unrecorded.inc();
      log.warn({ err, step }, `a fallback step failed; ${CONSEQUENCES[step]}`);
    },
  };
}
