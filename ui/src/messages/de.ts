import type { Texts } from './en.ts';

export const de: Texts = {
  skip: 'Zu den Benachrichtigungen springen',
  title: 'Benachrichtigungen',
  inMemory:
    'Entwicklungsmodus: Alle Daten liegen im Arbeitsspeicher, ohne Dapr und Redis. Ein Neustart löscht sie.',
  feedOfAll: 'Alle',
  feeds: (count, names) => `${count === 1 ? 'Feed' : 'Feeds'}: ${names}`,
  newer: (count) => `${count} neue`,
  connection: 'Verbindung',
  states: {
    connecting: 'Verbindet',
    live: 'Live',
    incomplete: 'Unvollständig',
    reconnecting: 'Verbindet neu',
    offline: 'Offline',
    unreachable: 'Nicht erreichbar',
    refused: 'Kein Zugriff',
  },
  themes: { system: 'wie das System', light: 'hell', dark: 'dunkel' },
  theme: (now, next) => `Darstellung: ${now}. Wechseln zu: ${next}`,
  signIn: {
    title: 'Mit einem anderen Konto anmelden?',
    unknown: 'ein anderes Konto',
    offer: (who, current) =>
      `Der geöffnete Link enthält ein Token für ${who}. Sie bleiben angemeldet als ${current}.`,
    stay: 'Angemeldet bleiben',
    change: (who) => `Stattdessen als ${who} anmelden`,
  },
};
