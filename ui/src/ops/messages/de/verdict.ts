import type { OpsMessages } from '../messages.ts';

const DEPENDENCIES: Readonly<Record<string, string>> = {
  sidecar: 'Der Sidecar',
  store: 'Der Zustandsspeicher',
  redis: 'Redis',
};

export const verdict: OpsMessages['verdict'] = {
  label: 'Status',
  waiting: 'Warte auf Daten …',
  healthy: 'Alles in Ordnung',
  healthyHint: (instances) =>
    instances === 1 ? '1 Instanz läuft ohne Störung.' : `${instances} Instanzen laufen ohne Störung.`,
  faulty: (faults) => (faults === 1 ? '1 Störung' : `${faults} Störungen`),
  since: (time, duration) => `Seit ${time} (${duration}).`,
  runbookOf: (fault) => `Betriebshandbuch zu: ${fault}`,
  unreachable: 'Der Server antwortet dieser Seite nicht.',
  dependency: (name, instance) => `${DEPENDENCIES[name] ?? name} von ${instance} antwortet nicht.`,
  figures: 'Die Messwerte der Instanzen sind nicht lesbar.',
  vanished: (names, count) =>
    count === 1
      ? `Die Instanz ${names} ist verschwunden.`
      : `${count} Instanzen sind verschwunden: ${names}.`,
  queue: (unfinished, age) =>
    unfinished === '1'
      ? `Die Zustellung stockt: 1 Ankündigung wartet (${age}).`
      : `Die Zustellung stockt: ${unfinished} Ankündigungen warten (die älteste: ${age}).`,
  late: (p99) => `Benachrichtigungen kommen spät: Die langsamste Instanz braucht ${p99} (p99).`,
  memory: (used, limit, percent) => `Redis ist fast voll: ${used} von ${limit} (${percent}).`,
  setAside: (total) =>
    total === 1 ? '1 Eintrag ist zurückgestellt.' : `${total} Einträge sind zurückgestellt.`,
  fallbacks: (total, hasMore) => {
    const ways = total === 1 ? '1 Ersatzweg' : `${total} Ersatzwege`;
    return `Über ${hasMore ? 'mehr als ' : ''}${ways} wurde nichts gesendet, oder der Ausgang ist unbekannt.`;
  },
  versions: (versions) => `Die Instanzen haben verschiedene Versionen: ${versions}.`,
};
