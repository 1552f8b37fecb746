import type { Messages } from '../messages.ts';

export const away: Messages['away'] = {
  title: 'Wenn ich nicht da bin',
  hint: 'Wählen Sie weitere Wege, auf denen Sie Benachrichtigungen erhalten, die Sie nicht rechtzeitig lesen. Die Ruhezeit gilt auch hier.',
  loading: 'Wird geladen …',
  signedOut: 'Melden Sie sich an, um Nachrichten zu erhalten, wenn Sie nicht da sind.',
  notOffered: 'Diese Seite sendet keine Nachrichten, wenn Sie nicht da sind.',
  failed: 'Diese Einstellungen lassen sich gerade nicht laden.',
  retry: 'Erneut versuchen',
  unsaved: 'Nicht gespeichert. Versuchen Sie es noch einmal.',
  email: 'E-Mail',
  emailTo: (address: string) => `E-Mails gehen an ${address}.`,
  emailOff: 'Sie erhalten keine E-Mails.',
  agree: (address: string) => `E-Mails an ${address} senden`,
  stop: 'Keine E-Mails mehr',
  otherAddress: 'Andere Adresse',
  sendCode: 'Code senden',
  codeSent: (address: string) => `Ein 8-stelliger Code ist unterwegs an ${address}. Er gilt 15 Minuten.`,
  code: 'Code',
  confirm: 'Bestätigen',
  wrongAddress: 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.com.',
  wrongCode:
    'Dieser Code ist falsch, schon benutzt oder älter als 15 Minuten. Prüfen Sie ihn, oder fordern Sie einen neuen an.',
  tooManyCodes: 'Sie haben heute schon fünf Codes angefordert. Versuchen Sie es morgen wieder.',
  push: 'Push',
  pushOn: 'Push auf diesem Gerät: an',
  pushOff: 'Push auf diesem Gerät: aus',
  pushUnsupported:
    'Dieser Browser kann hier keine Push-Nachrichten empfangen. Auf iPhone und iPad fügen Sie diese Seite zuerst dem Home-Bildschirm hinzu.',
  pushBlocked:
    'Ihr Browser blockiert Benachrichtigungen. Erlauben Sie sie für diese Seite in den Einstellungen des Browsers.',
  pushDismissed:
    'Push bleibt aus, bis Sie Benachrichtigungen erlauben. Versuchen Sie es noch einmal, und wählen Sie in Ihrem Browser „Zulassen“.',
};
