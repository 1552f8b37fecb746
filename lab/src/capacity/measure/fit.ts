import { median } from '../../bench/quantile.ts';
import {
  add,
  costAt,
  KINDS,
  MEASURED_BFFS,
  REDIS_ROLES,
  times,
  type Constants,
  type Cost,
  type Kind,
} from '../model/constants.ts';
import { subtract, onlyFor } from '../model/costs.ts';
import { fitEntries, laneMsOf, medianOf } from './fit-entries.ts';
import { SIZES } from './sizes.ts';
import type { OtherMeasurements } from './steps.ts';
import type { Window } from './window.ts';

type CpuConstants = Constants['cpu'];

/** The default of `PING_INTERVAL_MS`. */
const PING_SECONDS = 25;
const BFF: readonly Kind[] = ['bff'];
const RECEIVING_KINDS: readonly Kind[] = ['bff', 'broadcast'];
const READING_KINDS: readonly Kind[] = ['bff', 'bffSidecar', 'redis'];

/** The numbers of instances for which costs were measured. */
const [FEW, MANY] = [1, MEASURED_BFFS];

/** Derives the CPU costs from the measured windows, starting with the simplest. */
export function fitCpu(windows: readonly Window[]): CpuConstants {
  const all = (step: string, instances: number) =>
    windows.filter((window) => window.step === step && window.instances === instances);
  const first = (step: string, instances = MANY): Window => {
    const [window] = all(step, instances);
    if (!window) throw new Error(`"${step}" was not measured.`);
    return window;
  };

  const processes = (window: Window, kind: Kind) => (kind.startsWith('bff') ? window.instances : 1);
  const idle = first('idle');
  const idleSecond: Cost = Object.fromEntries(
    KINDS.map((kind) => [kind, idle.cpu[kind] / idle.seconds / processes(idle, kind)]),
  );
  /** Returns a window's costs minus what idle processes use. */
  const net = (window: Window): Cost =>
    Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        window.cpu[kind] - processes(window, kind) * window.seconds * (idleSecond[kind] ?? 0),
      ]),
    );
  const costPer = (window: Window, count: number): Cost => times(net(window), 1 / count);

  const receivingCost = (rate: number): Cost => {
    const [at1, at2] = [FEW, MANY].map((instances) => {
      const [written, read] = [first(`write ${rate}`, instances), first(`hear ${rate}`, instances)];
      return onlyFor(
        subtract(costPer(read, read.injected), costPer(written, written.injected)),
        RECEIVING_KINDS,
      );
    });
    // Every instance receives every message, so the cost is proportional to the instance count.
    return times(add(at1 ?? {}, times(at2 ?? {}, MANY)), 1 / (FEW + MANY * MANY));
  };
  const hear = SIZES.hearRates.map((rate) => ({ rate, cost: receivingCost(rate) }));
  /** Returns the cost of receiving each additional part of a message (feed or publication). */
  const additionalPartCost = (window: Window, parts: number): Cost =>
    onlyFor(
      times(
        subtract(costPer(window, window.injected * MANY), costAt(hear, window.injected / window.seconds)),
        1 / Math.max(1, parts - 1),
      ),
      RECEIVING_KINDS,
    );
  const spreadMessages = first('hear spread arrays');
  const hearFeed = additionalPartCost(spreadMessages, spreadMessages.events);
  const arrayMessages = first('hear arrays');
  const hearFurther = additionalPartCost(arrayMessages, arrayMessages.notifications);

  const costs = fitEntries({ all, first, net }, { hear, hearFeed, hearFurther });
  const { costOfEntries } = costs;

  const idleCrowd = first('crowd idle');
  const withoutPings = onlyFor(costPer(idleCrowd, idleCrowd.connections * idleCrowd.seconds), BFF);
  const pingWindow = first('crowd pings');
  const ping = onlyFor(
    times(
      subtract(net(pingWindow), times(withoutPings, pingWindow.connections * pingWindow.seconds)),
      1 / Math.max(1, pingWindow.pings),
    ),
    BFF,
  );
  const connectionSecond = add(withoutPings, times(ping, 1 / PING_SECONDS));
  const costOfConnections = ({ connections, seconds, pings }: Window): Cost =>
    add(times(withoutPings, connections * seconds), times(ping, pings));
  const connectWindow = first('crowd connects');
  const connect = onlyFor(costPer(connectWindow, connectWindow.connects), BFF);
  const pushWindow = first('crowd pushes');
  const push = onlyFor(
    times(
      [costOfEntries(pushWindow), costOfConnections(pushWindow)].reduce(subtract, net(pushWindow)),
      1 / Math.max(1, pushWindow.pushes),
    ),
    BFF,
  );

  const viewConnectWindow = first('views connect');
  const newView = onlyFor(
    subtract(costPer(viewConnectWindow, viewConnectWindow.connects), connect),
    READING_KINDS,
  );
  const comparisonWindow = first('views compare');
  const comparison = onlyFor(
    times(
      subtract(net(comparisonWindow), costOfConnections(comparisonWindow)),
      1 / Math.max(1, comparisonWindow.reads),
    ),
    READING_KINDS,
  );
  const receiptWindow = first('views idle');
  const receipt = onlyFor(
    times(
      [costOfConnections(receiptWindow), times(comparison, receiptWindow.reads)].reduce(
        subtract,
        net(receiptWindow),
      ),
      1 / Math.max(1, receiptWindow.pings),
    ),
    READING_KINDS,
  );
  // In `unwatched` windows, watched feeds receive no messages and are compared with the stored heads. All reads outside
  // of turns come from these comparisons.
  const showWindows = all('shows', MANY);
  const readsInTurns = median(showWindows.map(({ reads, events }) => reads / events));
  const costPerEvent = (step: string): Cost =>
    medianOf(
      all(step, MANY).map((window) =>
        times(
          [
            times(connectionSecond, window.connections * window.seconds),
            times(push, window.pushes),
            times(
              comparison,
              step === 'shows' ? 0 : Math.max(0, window.reads - readsInTurns * window.events),
            ),
          ].reduce(subtract, net(window)),
          1 / window.events,
        ),
      ),
    );
  // Each feed has subscribers on every instance.
  const show = onlyFor(times(subtract(costPerEvent('shows'), costPerEvent('unwatched')), 1 / MANY), BFF);
  const { costOfEntries: _, ...entryCosts } = costs;
  return {
    idleSecond,
    ...entryCosts,
    hear,
    hearFeed,
    hearFurther,
    show,
    push,
    connect,
    newView,
    connectionSecond,
    receipt,
    comparison,
  };
}

/** Returns all constants that a plan needs. */
export function fit(
  windows: readonly Window[],
  measurements: OtherMeasurements & { compressedShare: number },
  conditions: Omit<Constants['conditions'], 'others'>,
): Constants {
  const executed = REDIS_ROLES.reduce((sum, role) => sum + measurements.executionTimes[role], 0);
  return {
    v: 2,
    conditions: { ...conditions, others: median(windows.map(({ others }) => others)) },
    range: {
      connections: SIZES.crowd,
      rate: Math.max(...windows.map(({ requests, seconds }) => requests / seconds)),
      feeds: SIZES.views,
      instances: Math.max(...windows.map(({ instances }) => instances)),
      payload: SIZES.payload,
      batch: SIZES.batch,
      heard: Math.max(...SIZES.hearRates),
    },
    cpu: fitCpu(windows),
    memory: {
      process: measurements.process,
      connection: Math.max(0, measurements.growth.connection),
      view: Math.max(0, measurements.growth.view - measurements.growth.connection),
      ringPublication: Math.max(0, measurements.growth.ringPublication),
    },
    stored: {
      announcement: measurements.announcementBytes,
      feed: measurements.feedBytes,
      publication: measurements.publicationBytes,
      compressedShare: measurements.compressedShare,
      id: measurements.idBytes,
      broadcastPublication: measurements.eventBytes,
      reader: measurements.readerBytes,
      replaced: measurements.replacedBytes,
      empty: measurements.emptyBytes,
    },
    wire: { push: measurements.pushBytes, position: measurements.positionBytes },
    redisShares: Object.fromEntries(
      REDIS_ROLES.map((role) => [role, measurements.executionTimes[role] / executed]),
    ) as Constants['redisShares'],
    laneMs: laneMsOf(windows),
    rates: measurements.rates,
  };
}
