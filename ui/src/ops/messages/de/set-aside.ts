import type { OpsMessages } from '../messages.ts';

export const setAside: OpsMessages['setAside'] = {
  title: 'Zurückgestellte Einträge',
  hint: 'Einträge, die ein Feed nicht annehmen konnte, und Ersatzwege, über die nichts gesendet wurde oder deren Ausgang unbekannt ist, mit dem Grund. Geben Sie einen Eintrag zurück, um ihn erneut zuzustellen oder zu senden.',
  invalid: 'Ungültig',
  expired: 'Abgelaufen',
  missing: 'Fehlt',
  refused: 'Nicht gesendet',
  unknown: 'Ausgang unbekannt',
  fallback: (via, id) => `Ersatzweg ${via} für ${id}.`,
  refusedHint:
    'Beheben Sie den Grund und geben Sie den Eintrag zurück. Er wird gesendet, falls die Benachrichtigung noch ungelesen ist.',
  unknownHint:
    'Die Nachricht kann angekommen sein. Wenn Sie den Eintrag zurückgeben, kommt sie vielleicht doppelt an.',
  runbookOf: (entry) => `Betriebshandbuch zu ${entry}`,
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
  deleteAct: 'Löschen',
  deleteHint: 'Sein Inhalt wird endgültig gelöscht.',
  putBackAll: (total) => `Alle ${total} zurückgeben …`,
  putBackAllTitle: (total) => `${total} zurückgestellte Einträge zurückgeben?`,
  putBackAllAct: 'Alle zurückgeben',
  putBackAllHint:
    'Die ältesten zuerst. Was ein Feed schon hat, wird nicht noch einmal angezeigt; Ungültiges bleibt hier. Nachrichten mit unbekanntem Ausgang kommen vielleicht doppelt an.',
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
