import type { Messages } from '../messages.ts';

export const preferences: Messages['preferences'] = {
  title: 'Einstellungen',
  back: 'Zurück zu den Benachrichtigungen',
  unsaved: 'Nicht gespeichert. Diese Änderung geht verloren, wenn Sie die Seite schließen.',
  mute: 'Stummschalten',
  muteHint:
    'Stummgeschaltete Benachrichtigungen erscheinen nicht als Hinweis und zählen nicht als ungelesen, bleiben aber in der Liste.',
  mutedUntil: (name, time) => `${name} (bis ${time})`,
  severities: 'Schweregrade',
  feeds: 'Feeds',
  sources: 'Quellen',
  categories: 'Kategorien',
  noSources: 'Quellen erscheinen hier, sobald sie eine Benachrichtigung gesendet haben.',
  quietHours: 'Ruhezeit',
  quietHint:
    'Hinweise, Töne und Desktop-Benachrichtigungen warten. Danach sagt Ihnen ein Hinweis, wie viele kamen.',
  quietOn: 'Ruhezeit einschalten',
  from: 'Von',
  to: 'Bis',
  timeZone: 'Zeitzone',
  unknownZone: 'Geben Sie den Namen einer Zeitzone ein, zum Beispiel Europe/Berlin.',
  days: 'Tage, an denen sie beginnt',
  allow: 'Trotzdem melden',
  notify: 'Töne und Desktop-Benachrichtigungen',
  sound: 'Einen Ton abspielen',
  desktopOn: 'Desktop-Benachrichtigungen: an',
  desktopOff: 'Desktop-Benachrichtigungen: aus',
  desktopBlocked:
    'Ihr Browser blockiert Benachrichtigungen. Erlauben Sie sie für diese Seite in den Einstellungen des Browsers.',
  keyboard: 'Tastatur',
  shortcuts: 'Tastenkürzel im Posteingang (nur in diesem Browser)',
};
