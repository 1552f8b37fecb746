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

/** The cost of the processes that can have this cost. Negative values from noise count as zero. */
const only = (cost: Cost, kinds: readonly Kind[]): Cost =>
  Object.fromEntries(kinds.map((kind) => [kind, Math.max(0, cost[kind] ?? 0)]));

const medianOf = (costs: readonly Cost[]): Cost =>
  Object.fromEntries(KINDS.map((kind) => [kind, median(costs.map((cost) => cost[kind] ?? 0))]));

const BFF: readonly Kind[] = ['bff'];
const READS: readonly Kind[] = ['bff', 'bffSidecar', 'redis'];
const ALL = KINDS;

const lower = (one: Cost, other: Cost): Cost =>
  Object.fromEntries(KINDS.map((kind) => [kind, Math.min(one[kind] ?? 0, other[kind] ?? 0)]));

/** Separates the costs of idling and of re-announcements, which may fall into both windows. */
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
        'process slowed the steps. Measure on an idle machine.',
    );
  for (const kind of KINDS) {
    const [quiet, rung] = [idle.cpu[kind], reannouncing.cpu[kind]];
    ring[kind] = Math.max(0, (idle.seconds * rung - reannouncing.seconds * quiet) / determinant);
    const rest = quiet - idle.reannouncements * ring[kind];
    idleSecond[kind] = Math.max(0, rest / idle.seconds / processes(idle, kind));
  }
  return { idleSecond, ring };
}

/** Derives constants from the measurements, simplest first: in each step, only one cost is unknown. */
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
  /** The costs of a window without idle processes and re-announcements, which fall into any window. */
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
      return only(minus(each(read, read.injected), each(written, written.injected)), ['bff', 'broadcast']);
    });
    // Each instance receives each event, so the cost is proportional to their number.
    return times(add(at1 ?? {}, times(at2 ?? {}, many)), 1 / (few + many * many));
  };
  const hear = SIZES.hearRates.map((rate) => ({ rate, cost: heard(rate) }));
  const hearAt = (window: Window): Cost =>
    times(costAt(hear, window.entries / window.seconds), window.instances);

  const perEntry = (instances: number): Cost =>
    medianOf(all('entries', instances).map((window) => minus(each(window, window.entries), hearAt(window))));
  const [at1, at2] = [perEntry(few), perEntry(many)];
  const remoteTurn = only(times(minus(at2, at1), 2), ['bff', 'bffSidecar']);
  const paced = only(add(times(at1, 0.5), times(minus(at2, times(remoteTurn, 0.5)), 0.5)), ALL);
  const pacedRate = median(all('entries', many).map(({ entries, seconds }) => entries / seconds));
  const seldom = one('seldom entries');
  const unhurried = [
    {
      rate: seldom.entries / seldom.seconds,
      cost: only(minus(each(seldom, seldom.entries), add(times(remoteTurn, 0.5), hearAt(seldom))), ALL),
    },
    { rate: pacedRate, cost: paced },
  ];
  /** The whole cost of a window's entries with two instances. */
  const ofEntries = (window: Window): Cost => {
    const entry = costAt(unhurried, window.entries / window.seconds);
    return times(add(entry, times(remoteTurn, 0.5), hearAt(window)), window.entries);
  };

  const receivedArrays = one('hear arrays');
  const furtherEach = 1 / (SIZES.batch - 1);
  const hearFurther = only(
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
  const furtherNotification = only(
    minus(times(minus(net(arrays), ofEntries(arrays)), 1 / further), times(hearFurther, many)),
    ALL,
  );

  const busy = all('busy', many);
  const busyEntry = medianOf(
    busy.map((window) =>
      only(
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
    ...unhurried,
    // A larger number never costs more for each. An additional cost on a full machine is noise.
    { rate: busyRate, cost: lower(paced, busyEntry) },
  ];

  const crowd = one('crowd idle');
  const connectionSecond = only(each(crowd, crowd.connections * crowd.seconds), BFF);
  const ofConnections = (window: Window): Cost =>
    times(connectionSecond, window.connections * window.seconds);
  const connects = one('crowd connects');
  const connect = only(each(connects, connects.connects), BFF);
  const pushes = one('crowd pushes');
  const push = only(
    times(
      minus(minus(net(pushes), ofEntries(pushes)), ofConnections(pushes)),
      1 / Math.max(1, pushes.pushes),
    ),
    BFF,
  );

  const viewConnects = one('views connect');
  const newView = only(minus(each(viewConnects, viewConnects.connects), connect), READS);
  const views = one('views idle');
  const comparison = only(
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
  // Each feed has subscribers on each instance.
  const show = only(times(minus(eachOf('shows'), eachOf('unwatched')), 1 / many), BFF);
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
