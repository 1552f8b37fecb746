import type { OpsMessages } from '../messages.ts';

export const find: OpsMessages['find'] = {
  title: 'Benachrichtigung suchen',
  hint: 'Zeigt, wo eine Benachrichtigung gerade ist.',
  id: 'Id',
  feed: 'Feed',
  feedHint: 'all, topic:<Name> oder user:<sub>',
  submit: 'Suchen',
  looking: 'Suche läuft …',
  found: (id, feed) => `${id} in ${feed}`,
  recorded: (offset, time) => `Im Feed an Position ${offset}, veröffentlicht ${time}.`,
  forgotten: 'Der Feed hatte sie und hält ihren Inhalt nicht mehr.',
  retracted: 'Zurückgezogen.',
  gone: (offset, reason) => `Im Feed an Position ${offset}, aber nicht mehr da: ${reason}.`,
  replaced: 'ersetzt',
  expired: 'abgelaufen',
  retractedReason: 'zurückgezogen',
  waiting: (entry) => `Wartet als Eintrag ${entry} auf die Zustellung.`,
  setAside: (entry, reason) => `Zurückgestellt als ${entry} (${reason}).`,
  scheduled: (time) => `Geplant für ${time}.`,
  unknown:
    'Nicht gefunden. Sie wurde in diesem Feed nie veröffentlicht, oder alles über sie ist schon abgelaufen.',
  partial: (places) =>
    `Nicht alles konnte durchsucht werden: ${places}. Dort kann sie sein, auch wenn sie hier nicht steht.`,
  placeFeed: 'der Feed',
  placeEntries: 'wartende Einträge',
  placeSetAside: 'zurückgestellte Einträge',
  placeSchedules: 'geplante Zustellungen',
};
