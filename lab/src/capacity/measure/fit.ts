import { Failure } from '@tocsin/tools/failure';
import { median } from '../../bench/quantile.ts';
import {
  add,
  costAt,
  KINDS,
  REDIS_ROLES,
  times,
  type Constants,
  type Cost,
  type Kind,
} from '../model/constants.ts';
import { SIZES } from './sizes.ts';
import type { Sights } from './steps.ts';
import type { Window } from './window.ts';

type CpuConstants = Constants['cpu'];

/** `one` minus `other`. */
const minus = (one: Cost, other: Cost): Cost => add(one, times(other, -1));

/** Keeps only the cost of these kinds of processes. Negative values, which result from noise, become zero. */
const onlyFor = (cost: Cost, kinds: readonly Kind[]): Cost =>
  Object.fromEntries(kinds.map((kind) => [kind, Math.max(0, cost[kind] ?? 0)]));

const medianOf = (costs: readonly Cost[]): Cost =>
  Object.fromEntries(KINDS.map((kind) => [kind, median(costs.map((cost) => cost[kind] ?? 0))]));

const BFF: readonly Kind[] = ['bff'];
const READS: readonly Kind[] = ['bff', 'bffSidecar', 'redis'];
const ALL = KINDS;

const minimum = (one: Cost, other: Cost): Cost =>
  Object.fromEntries(KINDS.map((kind) => [kind, Math.min(one[kind] ?? 0, other[kind] ?? 0)]));

/** Separates the cost of idling from that of re-announcements. Each of the two windows may contain both. */
function idleAndReannouncement(
  idle: Window,
  reannouncing: Window,
  processes: (window: Window, kind: Kind) => number,
) {
  const idleSecond: Cost = {};
  const ring: Cost = {};
  const determinant =
    idle.seconds * reannouncing.reannouncements - reannouncing.seconds * idle.reannouncements;
  if (determinant <= 0)
    throw new Failure(
      `There were ${reannouncing.reannouncements} re-announcements during the measurement and ${idle.reannouncements} before it, because another ` +
        'process slowed the measurement. Measure on an idle machine.',
    );
  for (const kind of KINDS) {
    const [quiet, reannounced] = [idle.cpu[kind], reannouncing.cpu[kind]];
    ring[kind] = Math.max(0, (idle.seconds * reannounced - reannouncing.seconds * quiet) / determinant);
    const rest = quiet - idle.reannouncements * ring[kind];
    idleSecond[kind] = Math.max(0, rest / idle.seconds / processes(idle, kind));
  }
  return { idleSecond, ring };
}

/** Derives the constants from the measurements, simplest first, so that each step has only one unknown cost. */
export function fitCpu(windows: readonly Window[]): CpuConstants {
  const all = (step: string, instances: number) =>
    windows.filter((window) => window.step === step && window.instances === instances);
  const one = (step: string, instances = 2): Window => {
    const [window] = all(step, instances);
    if (!window) throw new Error(`"${step}" was not measured.`);
    return window;
  };
  const [few, many] = [1, 2];

  const processes = (window: Window, kind: Kind) => (kind.startsWith('bff') ? window.instances : 1);
  const { idleSecond, ring } = idleAndReannouncement(one('idle'), one('reannouncements'), processes);
  /** A window's costs, minus those of idling and re-announcements, which occur in every window. */
  const net = (window: Window): Cost =>
    Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        window.cpu[kind] -
          processes(window, kind) * window.seconds * (idleSecond[kind] ?? 0) -
          window.reannouncements * (ring[kind] ?? 0),
      ]),
    );
  const each = (window: Window, count: number): Cost => times(net(window), 1 / count);

  const heard = (rate: number): Cost => {
    const [at1, at2] = [few, many].map((instances) => {
      const [written, read] = [one(`write ${rate}`, instances), one(`hear ${rate}`, instances)];
      return onlyFor(minus(each(read, read.injected), each(written, written.injected)), ['bff', 'broadcast']);
    });
    // Each instance receives each event, so the cost is proportional to the number of instances.
    return times(add(at1 ?? {}, times(at2 ?? {}, many)), 1 / (few + many * many));
  };
  const hear = SIZES.hearRates.map((rate) => ({ rate, cost: heard(rate) }));
  const hearAt = (window: Window): Cost =>
    times(costAt(hear, window.entries / window.seconds), window.instances);

  const perEntry = (instances: number): Cost =>
    medianOf(all('entries', instances).map((window) => minus(each(window, window.entries), hearAt(window))));
  const [at1, at2] = [perEntry(few), perEntry(many)];
  const remoteTurn = onlyFor(times(minus(at2, at1), 2), ['bff', 'bffSidecar']);
  const paced = onlyFor(add(times(at1, 0.5), times(minus(at2, times(remoteTurn, 0.5)), 0.5)), ALL);
  const pacedRate = median(all('entries', many).map(({ entries, seconds }) => entries / seconds));
  const seldom = one('seldom entries');
  const pacedEntries = [
    {
      rate: seldom.entries / seldom.seconds,
      cost: onlyFor(minus(each(seldom, seldom.entries), add(times(remoteTurn, 0.5), hearAt(seldom))), ALL),
    },
    { rate: pacedRate, cost: paced },
  ];
  /** The total cost of a window's entries with two instances. */
  const ofEntries = (window: Window): Cost => {
    const entry = costAt(pacedEntries, window.entries / window.seconds);
    return times(add(entry, times(remoteTurn, 0.5), hearAt(window)), window.entries);
  };

  const receivedArrays = one('hear arrays');
  const furtherEach = 1 / (SIZES.batch - 1);
  const hearFurther = onlyFor(
    times(
      minus(
        each(receivedArrays, receivedArrays.injected * many),
        costAt(hear, receivedArrays.injected / receivedArrays.seconds),
      ),
      furtherEach,
    ),
    ['bff', 'broadcast'],
  );
  const arrays = one('arrays');
  const further = arrays.notifications - arrays.entries;
  const furtherNotification = onlyFor(
    minus(times(minus(net(arrays), ofEntries(arrays)), 1 / further), times(hearFurther, many)),
    ALL,
  );

  const busy = all('busy', many);
  const busyEntry = medianOf(
    busy.map((window) =>
      onlyFor(
        minus(
          minus(each(window, window.entries), add(times(remoteTurn, 0.5), hearAt(window))),
          times(
            add(furtherNotification, times(hearFurther, many)),
            (window.notifications - window.entries) / window.entries,
          ),
        ),
        ALL,
      ),
    ),
  );
  const busyRate = median(busy.map(({ entries, seconds }) => entries / seconds));
  const entry = [
    ...pacedEntries,
    // A higher rate never makes an entry more expensive. A higher cost on a fully loaded machine is noise.
    { rate: busyRate, cost: minimum(paced, busyEntry) },
  ];

  const crowd = one('crowd idle');
  const connectionSecond = onlyFor(each(crowd, crowd.connections * crowd.seconds), BFF);
  const ofConnections = (window: Window): Cost =>
    times(connectionSecond, window.connections * window.seconds);
  const connects = one('crowd connects');
  const connect = onlyFor(each(connects, connects.connects), BFF);
  const pushes = one('crowd pushes');
  const push = onlyFor(
    times(
      minus(minus(net(pushes), ofEntries(pushes)), ofConnections(pushes)),
      1 / Math.max(1, pushes.pushes),
    ),
    BFF,
  );

  const viewConnects = one('views connect');
  const newView = onlyFor(minus(each(viewConnects, viewConnects.connects), connect), READS);
  const views = one('views idle');
  const comparison = onlyFor(
    times(minus(net(views), ofConnections(views)), 1 / Math.max(1, views.reads)),
    READS,
  );
  const eachOf = (step: string): Cost =>
    medianOf(
      all(step, many).map((window) =>
        times(
          [ofConnections(window), times(push, window.pushes)].reduce(minus, net(window)),
          1 / window.entries,
        ),
      ),
    );
  // Each feed has subscribers on every instance.
  const show = onlyFor(times(minus(eachOf('shows'), eachOf('unwatched')), 1 / many), BFF);
  return {
    idleSecond,
    entry,
    furtherNotification,
    remoteTurn,
    ring,
    hear,
    hearFurther,
    show,
    push,
    connect,
    newView,
    connectionSecond,
    comparison,
  };
}

/** Returns all constants that a plan needs. */
export function fit(
  windows: readonly Window[],
  sights: Sights,
  conditions: Omit<Constants['conditions'], 'others'>,
): Constants {
  const executed = REDIS_ROLES.reduce((sum, role) => sum + sights.executionTimes[role], 0);
  return {
    v: 1,
    conditions: { ...conditions, others: median(windows.map(({ others }) => others)) },
    range: {
      connections: SIZES.crowd,
      rate: Math.max(...windows.map(({ entries, seconds }) => entries / seconds)),
      feeds: SIZES.views,
      instances: Math.max(...windows.map(({ instances }) => instances)),
      payload: SIZES.payload,
      batch: SIZES.batch,
      heard: Math.max(...SIZES.hearRates),
    },
    cpu: fitCpu(windows),
    memory: {
      process: sights.process,
      connection: Math.max(0, sights.growth.connection),
      view: Math.max(0, sights.growth.view - sights.growth.connection),
      ringPublication: Math.max(0, sights.growth.ringPublication),
    },
    stored: {
      announcement: sights.announcementBytes,
      feed: sights.feedBytes,
      publication: sights.publicationBytes,
      id: sights.idBytes,
      broadcastPublication: sights.eventBytes,
      reader: sights.readerBytes,
      replaced: sights.replacedBytes,
      empty: sights.emptyBytes,
    },
    wire: { push: sights.pushBytes, position: sights.positionBytes },
    redisShares: Object.fromEntries(
      REDIS_ROLES.map((role) => [role, sights.executionTimes[role] / executed]),
    ) as Constants['redisShares'],
    feedRate: sights.feedRate,
  };
}
