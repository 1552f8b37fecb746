import type { OpsMessages } from '../messages.ts';

export const setAside: OpsMessages['setAside'] = {
  title: 'Zurückgestellte Einträge',
  hint: 'Einträge, die ein Feed nicht annehmen konnte, mit dem Grund. Geben Sie einen Eintrag zurück, um ihn erneut zuzustellen.',
  invalid: 'Ungültig',
  expired: 'Abgelaufen',
  missing: 'Fehlt',
  feed: 'Feed',
  unknownFeed: 'unbekannt',
  content: 'Inhalt',
  contentOf: (entry) => `Inhalt von ${entry}`,
  of: 'von',
  showAll: (characters) => `Alle ${characters} Zeichen anzeigen`,
  noContent: 'Der Inhalt ist nicht mehr vorhanden.',
  putBack: 'Zurückgeben',
  remove: 'Löschen …',
  wasPutBack: (entry) => `Zurückgegeben: ${entry}`,
  wasDeleted: (entry) => `Gelöscht: ${entry}`,
  none: 'Keine zurückgestellten Einträge.',
  newest: (shown, total) => `Die neuesten ${shown} von ${total};`,
  command: 'zeigt alle.',
  deleteTitle: 'Diesen zurückgestellten Eintrag löschen?',
  deleteConfirm: 'Löschen',
  deleteHint: 'Sein Inhalt wird endgültig gelöscht.',
  putBackAll: (total) => `Alle ${total} zurückgeben …`,
  putBackAllTitle: (total) => `${total} zurückgestellte Einträge zurückgeben?`,
  putBackAllConfirm: 'Alle zurückgeben',
  putBackAllHint:
    'Die ältesten zuerst. Was ein Feed schon hat, wird nicht noch einmal angezeigt; Ungültiges bleibt hier.',
  cancel: 'Abbrechen',
  progress: (done, total) => `${done} von ${total} bearbeitet …`,
  stop: 'Anhalten',
  allPutBack: (count) =>
    count === 1 ? '1 Eintrag wurde zurückgegeben.' : `${count} Einträge wurden zurückgegeben.`,
  stopped: 'Angehalten.',
  failures: (count) =>
    count === 1
      ? '1 Eintrag konnte nicht zurückgegeben werden:'
      : `${count} Einträge konnten nicht zurückgegeben werden:`,
  moreFailures: (count) => `und ${count} weitere`,
};
