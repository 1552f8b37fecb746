import type { OpsMessages } from '../messages.ts';

export const page: OpsMessages['page'] = {
  title: 'Betrieb',
  documentTitle: 'Tocsin – Betrieb',
  skip: 'Zum Status springen',
  notifications: 'Benachrichtigungen',
  runbook: 'Betriebshandbuch',
  grafana: 'Grafana',
  outdated: (fault) => `${fault} Die Daten sind vielleicht veraltet. Neuer Versuch …`,
  noAnswer: 'Der Server antwortet nicht.',
  answered: (status) => `Der Server hat mit ${status} geantwortet.`,
  unreadable: 'Die Antwort des Servers ist nicht lesbar. Laden Sie die Seite neu.',
  denied: 'Der Server hat den Zugriff verweigert, bevor dies beendet war. Versuchen Sie es noch einmal.',
  closedTitle: 'Diese Seite ist gesperrt',
  closedHint:
    'Ohne Token könnte jeder, der diesen Server erreicht, zurückgestellte Einträge sehen und Benachrichtigungen senden. Richten Sie den Server ein, und laden Sie dann die Seite neu.',
  signIn: 'Anmelden',
  noRole: 'Dieses Token hat nicht die Rolle „ops“.',
  wrongToken: 'Der Server akzeptiert dieses Token nicht. Vielleicht ist es abgelaufen.',
  needsToken: 'Geben Sie das OPS_TOKEN des Servers ein oder ein Token mit der Rolle „ops“.',
  token: 'Token',
  tokenKept: 'Wird behalten, bis Sie diesen Tab schließen.',
  continue: 'Weiter',
  keep: 'Behalten',
};
