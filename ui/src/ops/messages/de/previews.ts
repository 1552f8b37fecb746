import type { OpsMessages } from '../messages.ts';

export const previews: OpsMessages['previews'] = {
  title: 'E-Mail-Vorschau',
  hint: 'Beispiele, erzeugt mit den Vorlagen dieser Installation. Links lassen sich nicht öffnen, und Bilder anderer Server werden nicht geladen.',
  language: 'Sprache',
  languages: { en: 'Englisch', de: 'Deutsch' },
  kind: 'E-Mail',
  kinds: { single: 'Eine Benachrichtigung', digest: 'Sammel-Mail', code: 'Bestätigung einer Adresse' },
  submit: 'Anzeigen',
  shown: 'Die Vorschau steht unten.',
  subject: 'Betreff',
  html: 'HTML',
  text: 'Reiner Text',
  builtIn: 'Alle Vorlagen sind eingebaut.',
  overridden: (files) => `Aus dem Ordner für Vorlagen: ${files}. Die anderen Vorlagen sind eingebaut.`,
};
