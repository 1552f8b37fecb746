const DEPENDENCIES: Readonly<Record<string, string>> = {
  sidecar: 'The sidecar',
  store: 'The state store',
  redis: 'Redis',
};
const plural = (count: number, one: string, other: string) =>
  count === 1 ? `1 ${one}` : `${count} ${other}`;

/** The status line and the problem list. Numbers and times are already formatted. */
export const verdict = {
  label: 'Status',
  waiting: 'Waiting for data…',
  healthy: 'Healthy',
  healthyHint: (instances: number) => `${plural(instances, 'instance', 'instances')} running, no problems.`,
  faulty: (faults: number) => plural(faults, 'problem', 'problems'),
  since: (time: string, duration: string) => `Since ${time} (${duration}).`,
  runbookOf: (fault: string) => `Runbook for: ${fault}`,
  unreachable: "The server isn't responding to this page.",
  dependency: (name: string, instance: string) =>
    `${DEPENDENCIES[name] ?? name} of ${instance} isn't responding.`,
  figures: "The instances' metrics can't be read.",
  vanished: (names: string, count: number) =>
    count === 1 ? `Instance ${names} vanished.` : `${count} instances vanished: ${names}.`,
  queue: (unfinished: string, age: string) =>
    unfinished === '1'
      ? `Delivery is stuck: 1 announcement has been waiting for ${age}.`
      : `Delivery is stuck: ${unfinished} announcements are waiting, the oldest for ${age}.`,
  late: (p99: string) => `Notifications are arriving late: the slowest instance takes ${p99} (p99).`,
  memory: (used: string, limit: string, percent: string) =>
    `Redis is nearly full: ${used} of ${limit} (${percent}).`,
  setAside: (total: number) => (total === 1 ? '1 record is set aside.' : `${total} records are set aside.`),
  fallbacks: (total: number, hasMore: boolean) => {
    const fallbacks = plural(
      total,
      "fallback wasn't sent or has an unknown outcome",
      "fallbacks weren't sent or have an unknown outcome",
    );
    return `${hasMore ? 'More than ' : ''}${fallbacks}.`;
  },
  versions: (versions: string) => `Instances are running different versions: ${versions}.`,
};
