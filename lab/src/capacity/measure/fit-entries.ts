import { median } from '../../bench/quantile.ts';
import {
  add,
  costAt,
  KINDS,
  MEASURED_BFFS,
  times,
  type AtRate,
  type Constants,
  type Cost,
  type Kind,
} from '../model/constants.ts';
import { requestsPerEntry } from '../model/load.ts';
import { subtract, onlyFor } from '../model/costs.ts';
import type { Window } from './window.ts';

export const medianOf = (costs: readonly Cost[]): Cost =>
  Object.fromEntries(KINDS.map((kind) => [kind, median(costs.map((cost) => cost[kind] ?? 0))]));

/** Gives access to the measured windows and their costs. */
interface MeasuredWindows {
  /** Returns all windows of a step on this number of instances. */
  all: (step: string, instances: number) => Window[];
  /** Returns the first of these windows. @throws Error if there are none */
  first: (step: string, instances?: number) => Window;
  /** Returns a window's costs minus the costs of idle processes. */
  net: (window: Window) => Cost;
}

type ReceivingCosts = Pick<Constants['cpu'], 'hear' | 'hearFeed' | 'hearFurther'>;
type EntryCosts = Pick<
  Constants['cpu'],
  'entry' | 'furtherRequest' | 'furtherFeed' | 'furtherNotification' | 'remoteTurn'
>;

const ALL = KINDS;
const PRODUCER: readonly Kind[] = ['producer', 'producerSidecar'];
/** The numbers of instances for which costs were measured. */
const [FEW, MANY] = [1, MEASURED_BFFS];
/** Number of passes of the iteration in `fitEntries`. Each pass reduces the error about tenfold. */
const PASSES = 15;
/** Share of turns that don't run on the instance that received the announcement: half with two instances. */
const REMOTE_SHARE = 1 - 1 / MANY;

/**
 * Derives the cost of an entry and of each additional request, feed and notification in an entry. Almost all windows
 * contain all of these, so the costs are computed iteratively: each pass updates one cost at a time using the latest
 * values for the other costs. The returned function `costOfEntries` computes the total cost of a window's entries.
 */
export function fitEntries(
  { all, first, net }: MeasuredWindows,
  { hear, hearFeed, hearFurther }: ReceivingCosts,
) {
  const [infrequent, shared, busy] = ['infrequent entries', 'shared entries', 'busy'].map((step) =>
    first(step),
  ) as [Window, Window, Window];
  const [arrays, spread] = [first('arrays'), first('spread arrays')];
  const paced = all('entries', MANY);
  let costs: EntryCosts = {
    entry: [{ rate: 1, cost: {} }],
    furtherRequest: {},
    furtherFeed: {},
    furtherNotification: {},
    remoteTurn: {},
  };
  /**
   * Returns the cost of receiving a window's messages, plus the cost of additional requests, feeds and notifications
   * in its entries.
   */
  const additionalCosts = ({ entries, requests, events, notifications, instances, seconds }: Window): Cost =>
    add(
      times(costAt(hear, entries / seconds), entries * instances),
      times(costs.furtherRequest, requests - entries),
      times(add(costs.furtherFeed, times(hearFeed, instances)), events - entries),
      times(add(costs.furtherNotification, times(hearFurther, instances)), notifications - events),
    );
  const baseCosts = ({ entries, seconds }: Window): Cost =>
    times(add(costAt(costs.entry, entries / seconds), times(costs.remoteTurn, REMOTE_SHARE)), entries);
  const costOfEntries = (window: Window): Cost => add(additionalCosts(window), baseCosts(window));
  const perEntry = (window: Window): Cost =>
    times(subtract(net(window), additionalCosts(window)), 1 / window.entries);
  /** Refines `known` (the estimated cost per item): divides the window's unexplained costs among all `count` items. */
  const refine = (window: Window, known: Cost, count: number): Cost =>
    add(known, times(subtract(net(window), costOfEntries(window)), 1 / Math.max(1, count)));

  for (let pass = 0; pass < PASSES; pass++) {
    const [at1, at2] = [medianOf(all('entries', FEW).map(perEntry)), medianOf(paced.map(perEntry))];
    const remoteTurn = onlyFor(times(subtract(at2, at1), 1 / REMOTE_SHARE), ['bff', 'bffSidecar']);
    const withoutRemoteTurn = (cost: Cost): Cost => subtract(cost, times(remoteTurn, REMOTE_SHARE));
    const entryCostAt = (window: Window): AtRate => ({
      rate: window.entries / window.seconds,
      cost: onlyFor(withoutRemoteTurn(perEntry(window)), ALL),
    });
    const entry = [
      entryCostAt(infrequent),
      {
        rate: median(paced.map(({ entries, seconds }) => entries / seconds)),
        cost: onlyFor(times(add(at1, withoutRemoteTurn(at2)), 1 / 2), ALL),
      },
      entryCostAt(shared),
    ].sort((a, b) => a.rate - b.rate);
    costs = { ...costs, entry, remoteTurn };
    const { furtherNotification: notification, furtherFeed: feed, furtherRequest: request } = costs;
    costs = {
      ...costs,
      furtherNotification: onlyFor(refine(arrays, notification, arrays.notifications - arrays.events), ALL),
    };
    costs = { ...costs, furtherFeed: onlyFor(refine(spread, feed, spread.events - spread.entries), ALL) };
    costs = {
      ...costs,
      furtherRequest: onlyFor(refine(busy, request, busy.requests - busy.entries), PRODUCER),
    };
  }
  return { ...costs, costOfEntries };
}

/** Derives the time between two entries in a busy lane (ms) from the measured requests per entry. */
export function laneMsOf(windows: readonly Window[]): number {
  const window = windows.find(({ step, instances }) => step === 'shared entries' && instances === MANY);
  if (!window) throw new Error('"shared entries" was not measured.');
  const { requests, entries, seconds } = window;
  const rate = requests / seconds / LANES;
  let [low, high] = [0.1, 1_000];
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    if (requestsPerEntry(rate, middle) < requests / entries) low = middle;
    else high = middle;
  }
  return low;
}

/** Lanes per producer: the default for `PARTITIONS`. */
const LANES = 2;
