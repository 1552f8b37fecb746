const fallbacks = (count: number) => (count === 1 ? '1 fallback' : `${count} fallbacks`);

/** Fallbacks that were not sent. Names of readers, channels and notifications are isolated from surrounding text. */
export const unsent = {
  title: 'Fallbacks that were not sent',
  hint: "Messages through other channels, such as e-mail, that were refused or whose outcome is unknown. Fix the cause, then send them again. Nothing is sent for notifications that have since been read or are no longer in their feed's history.",
  refused: 'Not sent',
  unknown: 'Outcome unknown',
  of: (via: string, id: string) => `${via} for ${id}`,
  reader: 'Reader',
  unknownHint: 'The message may have arrived. If you send it again, it may arrive twice.',
  sendAgain: 'Send again',
  dismiss: 'Dismiss',
  wasSent: (name: string) => `Due again: ${name}`,
  wasDismissed: (name: string) => `Dismissed: ${name}`,
  none: 'No unsent fallbacks.',
  more: (shown: number) => `Showing the newest ${shown}.`,
  unreadable: (count: number) =>
    count === 1
      ? "The fallbacks of 1 reader can't be read right now."
      : `The fallbacks of ${count} readers can't be read right now.`,
  truncated: (time: string) =>
    `This list is incomplete: more than 1,000 readers had unsent fallbacks, most recently at ${time}. The log has all of them.`,
  sendAll: 'Send all again…',
  sendAllTitle: 'Send all of these fallbacks again?',
  sendAllAct: 'Send all again',
  sendAllHint: 'Messages whose outcome is unknown may arrive twice.',
  cancel: 'Cancel',
  progress: (done: number) => `${done} processed…`,
  stop: 'Stop',
  allSent: (count: number) => `${fallbacks(count)} ${count === 1 ? 'is' : 'are'} due again.`,
  stopped: 'Stopped.',
  failures: (count: number) => `${fallbacks(count)} couldn't be sent again:`,
  moreFailures: (count: number) => `and ${count} more`,
};
