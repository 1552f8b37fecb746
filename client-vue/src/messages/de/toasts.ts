import type { Messages } from '../messages.ts';

export const toasts: Messages['toasts'] = {
  region: 'Neue Benachrichtigungen',
  dismissAll: 'Alle ausblenden',
  moreErrors: (count) => `${count} ${count === 1 ? 'weiterer' : 'weitere'} Fehler`,
  fewerErrors: 'Weniger Fehler anzeigen',
  more: (count) => `${count} weitere`,
  moreInInbox: (count) =>
    `${count} weitere ${count === 1 ? 'Benachrichtigung' : 'Benachrichtigungen'}. Posteingang öffnen`,
  openInbox: 'Posteingang öffnen',
  missed: (count) => `${count} neue während Ihrer Abwesenheit`,
  missedAtLeast: (count) => `Mindestens ${count} neue während Ihrer Abwesenheit`,
  missedSome: 'Sie haben einige Benachrichtigungen verpasst',
  missedOlder: 'Einige ältere Benachrichtigungen werden nicht angezeigt.',
  emptied: 'Dieser Feed wurde geleert',
  sinceEmptied: (count) => `${count} neue, seit dieser Feed geleert wurde`,
};
