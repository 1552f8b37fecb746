import type { OpsMessages } from '../messages.ts';

const ways = (count: number) => (count === 1 ? '1 Ersatzweg' : `${count} Ersatzwege`);

export const unsent: OpsMessages['unsent'] = {
  title: 'Ersatzwege, über die nichts gesendet wurde',
  hint: 'Nachrichten über andere Kanäle, die abgelehnt wurden oder deren Ausgang unbekannt ist. Beheben Sie den Grund und senden Sie sie erneut. Nicht gesendet wird, was inzwischen gelesen wurde oder nicht mehr im Verlauf des Feeds ist.',
  refused: 'Nicht gesendet',
  unknown: 'Ausgang unbekannt',
  label: (via, id) => `${via} für ${id}`,
  reader: 'Leser',
  unknownHint:
    'Die Nachricht kann angekommen sein. Wenn Sie sie erneut senden, kommt sie vielleicht doppelt an.',
  resend: 'Erneut senden',
  dismiss: 'Ausblenden',
  wasSent: (name) => `Wieder fällig: ${name}`,
  wasDismissed: (name) => `Ausgeblendet: ${name}`,
  none: 'Keine solchen Ersatzwege.',
  more: (shown) => `Die neuesten ${shown} werden angezeigt.`,
  unreadable: (count) =>
    count === 1
      ? 'Die Ersatzwege von 1 Leser können gerade nicht gelesen werden.'
      : `Die Ersatzwege von ${count} Lesern können gerade nicht gelesen werden.`,
  truncated: (time) =>
    `Einige fehlen in dieser Liste, weil mehr als 1.000 Leser betroffen waren, zuletzt um ${time}. Im Log stehen alle.`,
  resendAll: 'Alle erneut senden …',
  resendAllTitle: 'Über alle diese Ersatzwege erneut senden?',
  resendAllConfirm: 'Alle erneut senden',
  resendAllHint: 'Nachrichten mit unbekanntem Ausgang kommen vielleicht doppelt an.',
  cancel: 'Abbrechen',
  progress: (done) => `${done} bearbeitet …`,
  stop: 'Anhalten',
  allSent: (count) => `${ways(count)} ${count === 1 ? 'ist' : 'sind'} wieder fällig.`,
  stopped: 'Angehalten.',
  failures: (count) => `Über ${ways(count)} konnte nicht erneut gesendet werden:`,
  moreFailures: (count) => `und ${count} weitere`,
};
