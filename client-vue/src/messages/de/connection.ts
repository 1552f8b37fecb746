import type { Messages } from '../messages.ts';

export const connection: Messages['connection'] = {
  live: 'Neue Benachrichtigungen erscheinen sofort.',
  someRefused: (reason) => `Einige Feeds können nicht angezeigt werden. ${reason}`,
  olderFailed: 'Ältere Benachrichtigungen lassen sich gerade nicht laden.',
  connecting: 'Verbindung wird aufgebaut …',
  reconnecting: 'Verbindung unterbrochen. Neuer Versuch …',
  offline: 'Sie sind offline. Verpasstes erscheint, sobald Sie wieder online sind.',
  unreachable: 'Der Server ist nicht erreichbar. Neuer Versuch …',
  restored: 'Wieder verbunden.',
  refused: (reason) => `Der Server verweigert den Zugriff. ${reason}`.trim(),
};
