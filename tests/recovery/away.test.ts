import { setTimeout as delay } from 'node:timers/promises';
import { Caller, Observer, makeNotifications } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const HISTORY_MAX = 300;
const NEWEST_PAGE = 50;

let stack: Stack;
let caller: Caller;
let first: Pair;
let second: Pair;

beforeAll(async () => {
  stack = await startStack({ bffEnv: { HISTORY_MAX: String(HISTORY_MAX) } });
  [first, second] = stack.bffs as [Pair, Pair];
  caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
});
afterAll(async () => {
  await stack.stop();
});

/**
 * Publishes in three requests and returns the ids in order. When a bff restarts, a read that its sidecar has already
 * started can swallow the next announcement. Redis redelivers the announcement only later. With several requests, the
 * bffs don't have to wait for the redelivery: a later request's announcement also leads them to the entry whose
 * announcement was swallowed.
 */
async function publish(count: number): Promise<string[]> {
  const notifications = makeNotifications(count);
  const part = Math.ceil(count / 3);
  for (const from of [0, part, 2 * part]) await caller.post(notifications.slice(from, from + part));
  return notifications.map(({ id }) => id);
}

const restart = async (pairs: Pair[], how: 'stop' | 'kill') => {
  await Promise.all(pairs.map(({ app }) => app[how]()));
  await Promise.all(pairs.map(({ app }) => app.start()));
  await Promise.all(pairs.map((pair) => pair.ready()));
};

interface Absence {
  what: string;
  /** The instance that the client reconnects to. Before that, the client is connected to the first instance. */
  to: () => Pair;
  /** Called once the client has missed notifications. */
  whileAway?: () => Promise<void>;
}

const absences: Absence[] = [
  { what: 'on the same instance', to: () => first },
  { what: 'on a different instance', to: () => second },
  { what: 'after a restart of its instance', to: () => first, whileAway: () => restart([first], 'stop') },
  {
    what: 'after a restart of all instances',
    to: () => second,
    whileAway: () => restart(stack.bffs, 'stop'),
  },
  { what: 'after a kill -9 of all instances', to: () => first, whileAway: () => restart(stack.bffs, 'kill') },
];

/**
 * Runs a client that receives notifications, misses `missed` more while disconnected, then reconnects and receives
 * more.
 */
async function disconnectAndReturn({ to, whileAway }: Absence, missed: number) {
  const client = new Observer('the client', first.url);
  await client.ready();
  const before = await publish(3);
  await client.untilShown(before);
  // A new instance can return a position slightly before the head, so the client may also have shown notifications from
  // before this call. Drop those.
  client.shown.splice(
    0,
    client.shown.findIndex(({ id }) => id === before[0]),
  );
  client.close();
  const started = Date.now();
  const witness = new Observer('a witness', second.url);
  await witness.ready();
  const unseen = await publish(missed);
  await witness.untilShown(unseen);
  witness.close();
  await whileAway?.();
  await delay(Math.max(0, started + 1_000 - Date.now()));
  client.connect(to().url);
  const after = await publish(3);
  await client.untilShown(after);
  client.close();
  return { client, before, missed: unseen, after };
}

describe('a client that was disconnected for a second', () => {
  it.each(absences)('should show exactly the missed notifications $what', async (absence) => {
    const { client, before, missed, after } = await disconnectAndReturn(absence, 100);
    expect(client.gaps).toEqual([]);
    expect(client.shown.map(({ id }) => id)).toEqual([...before, ...missed, ...after]);
  });

  it('should receive all notifications still in the history', async () => {
    // Leaves room for the three notifications in `after`, which might reach the bff before the client's request does.
    const count = HISTORY_MAX - 3;
    const { client, before, missed, after } = await disconnectAndReturn(absences[1] as Absence, count);
    expect(client.gaps).toEqual([]);
    expect(client.shown.map(({ id }) => id)).toEqual([...before, ...missed, ...after]);
  });
});

describe('a client that was disconnected for longer than the history lasts', () => {
  it.each(absences)('should receive a gap event and the newest page $what', async (absence) => {
    const { client, before, missed, after } = await disconnectAndReturn(absence, HISTORY_MAX + 1);
    expect(client.gaps).toHaveLength(1);
    const [{ from, to } = expect.fail()] = client.gaps;
    expect(to.epoch).toBe(from.epoch);
    const shown = client.shown.map(({ id }) => id);
    const log = [...before, ...missed, ...after];
    expect(shown.slice(0, 3)).toEqual(before);
    // Notifications that arrive during the client's request can be in the page or get pushed afterwards.
    expect(shown.length).toBeGreaterThanOrEqual(3 + NEWEST_PAGE);
    expect(shown.length).toBeLessThanOrEqual(3 + NEWEST_PAGE + after.length);
    expect(shown.slice(3)).toEqual(log.slice(3 - shown.length));
  });
});
