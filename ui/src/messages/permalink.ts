const en = {
  title: 'Linked notification',
  loading: 'Loading the notification…',
  close: 'Close',
  retry: 'Try again',
  unknown: "This notification doesn't exist or is no longer stored.",
  refused: "You don't have access to this notification. Sign in with a token that can read its feed.",
  failed: "The notification can't be loaded right now.",
  retracted: 'This notification was retracted.',
  expired: 'This notification has expired.',
  replaced: 'This notification was replaced by a newer one.',
};
export type PermalinkTexts = Readonly<Record<keyof typeof en, string>>;

const de: PermalinkTexts = {
  title: 'Verlinkte Benachrichtigung',
  loading: 'Die Benachrichtigung wird geladen …',
  close: 'Schließen',
  retry: 'Erneut versuchen',
  unknown: 'Diese Benachrichtigung gibt es nicht oder nicht mehr.',
  refused:
    'Sie dürfen diese Benachrichtigung nicht lesen. Melden Sie sich mit einem Token an, das ihren Feed lesen darf.',
  failed: 'Die Benachrichtigung lässt sich gerade nicht laden.',
  retracted: 'Diese Benachrichtigung wurde zurückgezogen.',
  expired: 'Diese Benachrichtigung ist abgelaufen.',
  replaced: 'Diese Benachrichtigung wurde durch eine neuere ersetzt.',
};

export const textsFor = (language: string): PermalinkTexts => (/^de\b/i.test(language) ? de : en);
