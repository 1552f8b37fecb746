const fallbacks = (count: number) => (count === 1 ? '1 fallback' : `${count} fallbacks`);

/** Unsent fallbacks. Callers pass names through `isolate`, for right-to-left text. */
export const unsent = {
  title: 'Unsent fallbacks',
  hint: "Messages through other channels, such as e-mail, that were refused or have an unknown outcome. Fix the cause, then resend them. Notifications that have been read or are no longer in their feed's history are skipped.",
  refused: 'Not sent',
  unknown: 'Outcome unknown',
  label: (via: string, id: string) => `${via} for ${id}`,
  reader: 'Reader',
  unknownHint: 'The message may have arrived. If you resend it, it could arrive twice.',
  resend: 'Resend',
  dismiss: 'Dismiss',
  wasSent: (name: string) => `Requeued: ${name}`,
  wasDismissed: (name: string) => `Dismissed: ${name}`,
  none: 'No unsent fallbacks.',
  more: (shown: number) => `Showing the newest ${shown}.`,
  unreadable: (count: number) =>
    count === 1
      ? "1 reader's fallbacks can't be read right now."
      : `${count} readers' fallbacks can't be read right now.`,
  truncated: (time: string) =>
    `This list is incomplete: more than 1,000 readers had unsent fallbacks, most recently at ${time}. The log has all of them.`,
  resendAll: 'Resend all…',
  resendAllTitle: 'Resend all of these fallbacks?',
  resendAllConfirm: 'Resend all',
  resendAllHint: 'Messages with an unknown outcome could arrive twice.',
  cancel: 'Cancel',
  progress: (done: number) => `${done} processed…`,
  stop: 'Stop',
  allSent: (count: number) => `${fallbacks(count)} ${count === 1 ? 'was' : 'were'} requeued.`,
  stopped: 'Stopped.',
  failures: (count: number) => `${fallbacks(count)} couldn't be resent:`,
  moreFailures: (count: number) => `and ${count} more`,
};
