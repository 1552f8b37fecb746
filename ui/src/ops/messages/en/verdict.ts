const DEPENDENCIES: Readonly<Record<string, string>> = {
  sidecar: 'The sidecar',
  store: 'The state store',
  redis: 'Redis',
};
const many = (count: number, one: string, other: string) => (count === 1 ? `1 ${one}` : `${count} ${other}`);

/** The line at the top, and its faults. Numbers and times are formatted. */
export const verdict = {
  label: 'Verdict',
  waiting: 'Waiting for data…',
  healthy: 'Healthy',
  healthyHint: (instances: number) =>
    `${many(instances, 'instance runs', 'instances run')}, and nothing is wrong.`,
  faulty: (faults: number) => many(faults, 'fault', 'faults'),
  since: (time: string, duration: string) => `Since ${time} (${duration}).`,
  runbookOf: (fault: string) => `Runbook for: ${fault}`,
  unreachable: "The server doesn't answer this page.",
  dependency: (name: string, instance: string) =>
    `${DEPENDENCIES[name] ?? name} of ${instance} doesn't answer.`,
  figures: "The figures of the instances can't be read.",
  vanished: (names: string, count: number) =>
    count === 1 ? `Instance ${names} vanished.` : `${count} instances vanished: ${names}.`,
  queue: (unfinished: string, age: string) =>
    `Delivery is held up: ${unfinished} announcements wait, the oldest for ${age}.`,
  late: (p99: string) => `Notifications arrive late: the slowest instance needs ${p99} (p99).`,
  memory: (used: string, limit: string, percent: string) =>
    `Redis is nearly full: ${used} of ${limit} (${percent}).`,
  setAside: (total: number) =>
    total === 1 ? '1 notification record is set aside.' : `${total} notification records are set aside.`,
  versions: (versions: string) => `The instances run different versions: ${versions}.`,
};
