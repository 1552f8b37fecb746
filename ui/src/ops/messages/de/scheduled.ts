import type { OpsMessages } from '../messages.ts';

export const scheduled: OpsMessages['scheduled'] = {
  title: 'Geplant',
  hint: 'Benachrichtigungen, die auf ihren Zeitpunkt warten. Von einer älteren Version geplante fehlen.',
  show: 'Anzeigen',
  refresh: 'Aktualisieren',
  looking: 'Suche läuft …',
  none: (time) => `Es ist keine Benachrichtigung geplant. (${time})`,
  all: (count, time) =>
    `${count} ${count === 1 ? 'Benachrichtigung ist' : 'Benachrichtigungen sind'} geplant. (${time})`,
  next: (count, shown, time) =>
    `${count} Benachrichtigungen sind geplant. Die Liste zeigt die nächsten ${shown}. (${time})`,
  partial: (count, time) =>
    `Mindestens ${count} Benachrichtigungen sind geplant. Nicht alle lassen sich auflisten. (${time})`,
  caption: 'Die nächsten geplanten Benachrichtigungen',
  at: 'Zustellung',
  feed: 'Feed',
  id: 'ID',
  action: 'Aktion',
  retract: 'Zurückziehen …',
  confirm: 'Zurückziehen',
  ask: 'Diese Benachrichtigung zurückziehen?',
  consequence: (id, feed) =>
    `${id} in ${feed} wird nicht zugestellt. Das lässt sich nicht rückgängig machen, und diese ID ist dann vergeben.`,
  retracted: (id) => `Zurückgezogen: ${id}. Sie wird nicht zugestellt.`,
};
